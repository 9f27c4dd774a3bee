import type { FeatureCollection } from 'geojson'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../api/client'
import type { Room } from '../stores/room'
import { shareOf, type GridShare } from './shares'

/** Seconds the server may take before it says how far it is. */
const WAIT_S = 2
const PAUSE_MS = 300

type Answer = FeatureCollection | { done: number }

/** What cameras cover of each grid, for the cameras chosen; asked for while somebody looks at it. */
export class CoverageStore {
  readonly chosen = reactive({ fixed: true, domes: false, working: false })
  readonly found = shallowRef<FeatureCollection | null>(null)
  /** 0 to 1 while it is worked out; null: it is not. */
  readonly done = ref<number | null>(null)
  readonly problem = ref('')
  readonly shares = computed<GridShare[]>(() => (this.found.value?.features ?? []).flatMap(({ properties }) => shareOf(properties) ?? []))
  readonly byCode = computed(() => new Map(this.shares.value.map((one) => [one.code, one])))
  private on = false
  private generation = 0

  constructor(private readonly room: Room) {
    watch([() => this.chosen.fixed, () => this.chosen.domes, () => this.chosen.working, () => this.poses()], () => {
      if (this.on) void this.load()
    })
  }

  /** Where the cameras stand and look, as far as the list tells; asked only while the layer is on. */
  private poses(): string {
    if (!this.on) return ''
    const stands = this.room.cameras.inOrder.value.map(({ id, lon, lat, heading_deg, hfov_deg, range_m, enabled }) => [id, lon, lat, heading_deg, hfov_deg, range_m, enabled].join())
    return stands.join('|')
  }

  look(on: boolean): void {
    if (this.on === on) return
    this.on = on
    if (on) void this.load()
    else this.generation++
  }

  async load(): Promise<void> {
    const mine = ++this.generation
    const words = new URLSearchParams({ outlines: 'false', wait_s: String(WAIT_S) })
    for (const [key, value] of Object.entries(this.chosen)) words.set(key, String(value))
    this.problem.value = ''
    this.done.value = 0
    try {
      while (mine === this.generation) {
        const answer = await this.room.api.call<Answer>('GET', `/map/coverage?${words}`)
        if (mine !== this.generation) return
        if (!('done' in answer)) {
          this.found.value = answer
          break
        }
        this.done.value = answer.done
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (mine === this.generation) this.problem.value = error.message
    } finally {
      if (mine === this.generation) this.done.value = null
    }
  }
}
