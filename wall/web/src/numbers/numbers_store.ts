/** What the page of numbers has asked the server for, and what of it is chosen. */
import type { FeatureCollection } from 'geojson'
import { ref, shallowRef } from 'vue'
import { ApiError } from '../api/client'
import type { Spot } from '../registers/register_types'
import type { Room } from '../stores/room'
import type { Edition, GridNumbers, History, PatrolRound, Statistics } from './numbers_types'
import { asked, type Question } from './question'

export class NumbersStore {
  readonly statistics = shallowRef<Statistics | null>(null)
  readonly outlines = shallowRef<FeatureCollection | null>(null)
  readonly history = shallowRef<History | null>(null)
  readonly spots = shallowRef<Spot[] | null>(null)
  readonly rounds = shallowRef<PatrolRound[] | null>(null)
  readonly editions = shallowRef<Edition[]>([])
  readonly busy = ref(false)
  readonly problem = ref<ApiError | null>(null)
  private turn = 0
  private historyTurn = 0
  /** Which editions the outlines are of: they are large, and change only with these. */
  private drawn = ''

  constructor(private readonly room: Room) {}

  gridOf(code: string | null): GridNumbers | undefined {
    return code === null ? undefined : this.statistics.value?.grids.find(({ grid }) => grid === code)
  }

  async load(question: Question): Promise<void> {
    const turn = ++this.turn
    this.busy.value = true
    this.problem.value = null
    this.spots.value = this.rounds.value = null
    try {
      const found = await this.room.api.call<Statistics>('GET', `/map/statistics?${asked(question)}`)
      if (turn !== this.turn) return
      const wanted = JSON.stringify(found.editions)
      if (wanted !== this.drawn) {
        const outlines = await this.room.api.call<FeatureCollection>('GET', `/map/grids?${asked(question, 'per', 'class', 'level', 'source', 'weekday', 'hour')}`)
        if (turn !== this.turn) return
        this.drawn = wanted
        this.outlines.value = outlines
      }
      this.statistics.value = found
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (turn === this.turn) this.problem.value = error
    } finally {
      if (turn === this.turn) this.busy.value = false
    }
  }

  /** The week and the months of an area or a grid; of everything where none is given. */
  async loadHistory(question: Question, area: string | null): Promise<void> {
    const turn = ++this.historyTurn
    const words = asked(question, 'per')
    if (area) words.set('area', area)
    await this.kept(async () => {
      const found = await this.room.api.call<History>('GET', `/map/history?${words}`)
      if (turn === this.historyTurn) this.history.value = found
    })
  }

  /** Places within the time of the statistics at hand; hours, level and source are not asked of them. */
  async loadSpots(question: Question, statistics: Statistics): Promise<void> {
    const turn = this.turn
    const words = new URLSearchParams({ days: String(Math.min(365, statistics.days)), until: String(statistics.to_at) })
    if (question.class) words.set('class', question.class)
    await this.kept(async () => {
      const found = await this.room.api.call<{ items: Spot[] }>('GET', `/registers/places?${words}`)
      if (turn === this.turn) this.spots.value = found.items
    })
  }

  async loadRounds(question: Question): Promise<void> {
    const turn = this.turn
    await this.kept(async () => {
      const found = await this.room.api.call<{ items: PatrolRound[] }>('GET', `/map/patrol-advice?${asked(question, 'per', 'edition')}`)
      if (turn === this.turn) this.rounds.value = found.items
    })
  }

  /** Who may not manage the estate is not told the editions, and counts by the grids of the day or the present ones. */
  async loadEditions(): Promise<void> {
    if (!this.room.permissions.has('estate.manage')) return
    await this.kept(async () => {
      this.editions.value = (await this.room.api.call<{ items: Edition[] }>('GET', '/estate/grids/editions')).items
    }, [403, 404, 409])
  }

  private async kept(work: () => Promise<void>, quiet: number[] = []): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!quiet.includes(error.status)) this.problem.value = error
    }
  }
}
