import { shallowRef } from 'vue'
import type { Room } from '../stores/room'
import type { Overview, Rejected, RememberedCause, Suggestion, Suggestions } from './detection_types'

/** How often rules are right, asked for the chosen days. */
export class DetectionStore {
  readonly overview = shallowRef<Overview | null>(null)
  readonly causes = shallowRef<readonly RememberedCause[]>([])
  readonly problem = shallowRef<unknown>(null)
  private asked = 0

  constructor(private readonly room: Pick<Room, 'api'>) {}

  async ask(days: number, area: string): Promise<void> {
    const turn = ++this.asked
    const query = new URLSearchParams({ days: String(days), ...(area ? { area } : {}) })
    const within = area ? `?${new URLSearchParams({ area }).toString()}` : ''
    try {
      const [overview, causes] = await Promise.all([
        this.room.api.call<Overview>('GET', `/detection?${query.toString()}`),
        this.room.api.call<{ items: RememberedCause[] }>('GET', `/detection/causes${within}`),
      ])
      if (turn !== this.asked) return
      this.overview.value = overview
      this.causes.value = causes.items
      this.problem.value = null
    } catch (error) {
      if (turn === this.asked) this.problem.value = error
    }
  }

  rejected(camera: string, days: number, rule: string, cause: string): Promise<{ items: Rejected[] }> {
    const query = new URLSearchParams({ days: String(days), rule, ...(cause ? { cause } : {}) })
    return this.room.api.call('GET', `/cameras/${encodeURIComponent(camera)}/detection/rejected?${query.toString()}`)
  }

  suggestions(camera: string): Promise<Suggestions> {
    return this.room.api.call('GET', `/cameras/${encodeURIComponent(camera)}/detection/suggestions`)
  }

  async take(camera: string, zone: string, { key, value }: Suggestion): Promise<void> {
    await this.room.api.call('POST', `/cameras/${encodeURIComponent(camera)}/detection/suggestions`, { zone, key, value })
  }

  async forget(id: string, forgotten: boolean): Promise<void> {
    const now = await this.room.api.call<RememberedCause>('PATCH', `/detection/causes/${encodeURIComponent(id)}`, { forgotten })
    this.causes.value = this.causes.value.map((one) => (one.id === id ? now : one))
  }
}

const stores = new WeakMap<object, DetectionStore>()

/** The one store of a room. */
export function detectionOf(room: Pick<Room, 'api'>): DetectionStore {
  let store = stores.get(room)
  if (!store) stores.set(room, (store = new DetectionStore(room)))
  return store
}
