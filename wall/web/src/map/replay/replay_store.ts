import { ref, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../../api/client'
import { ReplayClock, type Fixes } from './replay_clock'

export interface PastCase {
  id: string
  number: string
  case_class: string
  class_zh: string
  class_en: string
  level: number
  title_zh: string
  title_en: string
  lon: number
  lat: number
  opened_at: number
  closed_at: number | null
}

export interface Track extends Fixes {
  worker_id: string
  name: string
  fixes: [number, number, number][]
}

/** Tracks come an hour at a time, with a little of the one before, so that nobody stops at the full hour. */
const HOUR = 3600
const LAP = 600
const HOURS_KEPT = 4

/** A past day as it is being shown. */
export class ReplayStore {
  readonly clock = shallowRef<ReplayClock | null>(null)
  /** The clock's time, for what shows it; Unix seconds. */
  readonly at = ref(0)
  readonly playing = ref(false)
  readonly cases = shallowRef<readonly PastCase[]>([])
  readonly tracks = shallowRef<readonly Track[]>([])
  readonly cut = ref(false)
  readonly problem = ref('')
  readonly loading = ref(false)
  private readonly hours = new Map<number, Promise<Track[]>>()
  private shownHour = -1

  constructor(
    private readonly api: ApiClient,
    private readonly seesWorkers: boolean,
  ) {}

  async open(from: number, until: number): Promise<void> {
    this.close()
    const clock = new ReplayClock(from, Math.min(until, Math.floor(Date.now() / 1000)))
    this.clock.value = clock
    this.problem.value = ''
    this.loading.value = true
    try {
      const words = new URLSearchParams({ from: String(from), until: String(until) })
      const { items, more } = await this.api.call<{ items: PastCase[]; more: boolean }>('GET', `/map/replay/cases?${words}`)
      if (this.clock.value !== clock) return
      this.cases.value = items
      this.cut.value = more
      this.seek(from)
      await this.needHour()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = error.message
    } finally {
      this.loading.value = false
    }
  }

  close(): void {
    this.clock.value = null
    this.playing.value = false
    this.cases.value = []
    this.tracks.value = []
    this.hours.clear()
    this.shownHour = -1
  }

  play(on: boolean): void {
    const clock = this.clock.value
    if (!clock) return
    if (on && clock.at >= clock.until) clock.seek(clock.from)
    clock.playing = this.playing.value = on
  }

  seek(at: number): void {
    this.clock.value?.seek(at)
    this.told()
  }

  /** So many real seconds have passed. */
  beat(seconds: number): void {
    this.clock.value?.beat(seconds)
    this.told()
  }

  private told(): void {
    const clock = this.clock.value
    if (!clock) return
    this.at.value = clock.at
    this.playing.value = clock.playing
    void this.needHour()
  }

  private async needHour(): Promise<void> {
    const clock = this.clock.value
    if (!clock || !this.seesWorkers) return
    const hour = Math.floor(clock.at / HOUR)
    if (hour === this.shownHour) return
    this.shownHour = hour
    try {
      const tracks = await this.hour(hour)
      if (this.shownHour === hour && this.clock.value === clock) this.tracks.value = tracks
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.hours.delete(hour)
      this.problem.value = error.message
    }
  }

  private hour(hour: number): Promise<Track[]> {
    let asked = this.hours.get(hour)
    if (!asked) {
      const words = new URLSearchParams({ from: String(hour * HOUR - LAP), until: String((hour + 1) * HOUR) })
      asked = this.api.call<{ items: Track[] }>('GET', `/map/replay/tracks?${words}`).then(({ items }) => items)
      this.hours.set(hour, asked)
      for (const old of this.hours.keys()) if (this.hours.size > HOURS_KEPT && old !== hour) this.hours.delete(old)
    }
    return asked
  }
}
