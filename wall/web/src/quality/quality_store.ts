import { computed, shallowRef } from 'vue'
import type { Room } from '../stores/room'
import { FAULTS, type Episode, type Fault, type GoingOn, type Report } from './quality_types'

const AGAIN_MS = 20_000

/** What is wrong with the room's cameras now, asked again as long as somebody shows it. */
export class QualityStore {
  readonly goingOn = shallowRef<GoingOn | null>(null)
  /** Why the newest question was not answered; null where it was. */
  readonly problem = shallowRef<unknown>(null)

  /** The worst of each camera's faults first. */
  readonly byCamera = computed(() => faultsByCamera(this.goingOn.value?.items ?? []))

  private readers = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly room: Pick<Room, 'api'>) {}

  /** Asks now and again; the answer ends that. */
  follow(): () => void {
    if (this.readers++ === 0) void this.ask()
    let following = true
    return () => {
      if (!following) return
      following = false
      if (--this.readers === 0) clearTimeout(this.timer)
    }
  }

  async ask(): Promise<void> {
    clearTimeout(this.timer)
    try {
      this.goingOn.value = await this.room.api.call<GoingOn>('GET', '/quality')
      this.problem.value = null
    } catch (error) {
      this.problem.value = error
    }
    clearTimeout(this.timer)
    if (this.readers > 0) this.timer = setTimeout(() => void this.ask(), AGAIN_MS)
  }

  history(camera: string): Promise<{ items: Episode[] }> {
    return this.room.api.call('GET', `/cameras/${encodeURIComponent(camera)}/quality`)
  }

  report(day: string, area: string): Promise<Report> {
    const query = new URLSearchParams({ day, ...(area ? { area } : {}) })
    return this.room.api.call('GET', `/quality/report?${query.toString()}`)
  }

  /** The picture as it is now is how it should be. */
  async accept(camera: string): Promise<void> {
    await this.room.api.call('POST', `/cameras/${encodeURIComponent(camera)}/quality/accept`, {})
    await this.ask()
  }
}

export function faultsByCamera(items: readonly Episode[]): ReadonlyMap<string, readonly Fault[]> {
  const found = new Map<string, Fault[]>()
  for (const { camera_id, fault } of items) found.set(camera_id, [...(found.get(camera_id) ?? []), fault])
  for (const faults of found.values()) faults.sort((a, b) => FAULTS.indexOf(a) - FAULTS.indexOf(b))
  return found
}

/** What fits the filter; cameras in the order of the list, the longest fault of each first. */
export function chosen(items: readonly Episode[], fault: Fault | '', inArea: (area: string) => boolean): Episode[] {
  return items
    .filter((item) => (!fault || item.fault === fault) && inArea(item.area))
    .sort((a, b) => FAULTS.indexOf(a.fault) - FAULTS.indexOf(b.fault) || a.began_at - b.began_at)
}

const stores = new WeakMap<object, QualityStore>()

/** The one store of a room. */
export function qualityOf(room: Pick<Room, 'api'>): QualityStore {
  let store = stores.get(room)
  if (!store) stores.set(room, (store = new QualityStore(room)))
  return store
}
