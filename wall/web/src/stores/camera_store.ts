import { computed, shallowReactive, shallowRef } from 'vue'
import type { Camera, StreamState } from '../api/types'
import type { CameraEvent } from '../live/messages'

/** The states as the room counts them. */
export type CameraStanding = 'live' | 'stalled' | 'waiting' | 'down' | 'off'

const STANDINGS: Record<StreamState, CameraStanding> = {
  live: 'live',
  stalled: 'stalled',
  waiting: 'waiting',
  connecting: 'waiting',
  refused: 'down',
  unauthorised: 'down',
  unsupported: 'down',
  disabled: 'off',
}

export function standingOf(state: string): CameraStanding {
  return STANDINGS[state as StreamState] ?? 'down'
}

/** All cameras the caller may see, by id, in the order of area and id. */
export class CameraStore {
  readonly byId = shallowReactive(new Map<string, Camera>())

  /** Ids of cameras that were here while this page was open, and are not any more. */
  readonly gone = shallowReactive(new Set<string>())

  /** Sorted when the estate changes, not each time one of its cameras does. */
  readonly order = shallowRef<readonly string[]>([])
  readonly inOrder = computed(() => this.order.value.flatMap((id) => this.byId.get(id) ?? []))

  readonly counts = computed(() => {
    const counts: Record<CameraStanding, number> = { live: 0, stalled: 0, waiting: 0, down: 0, off: 0 }
    for (const camera of this.byId.values()) counts[standingOf(camera.state)]++
    return counts
  })

  /** What events said last: a list that was asked for before one of them must not take it back. */
  private readonly heard = new Map<string, CameraEvent>()

  replaceAll(listed: Camera[]): void {
    const cameras = listed.map((camera) => this.withNews(camera))
    const kept = new Set(cameras.map((camera) => camera.id))
    for (const id of this.byId.keys()) if (!kept.has(id)) this.leave(id)
    for (const id of kept) this.gone.delete(id)
    for (const id of this.heard.keys()) if (!kept.has(id)) this.heard.delete(id)
    for (const camera of cameras) this.byId.set(camera.id, camera)
    const { compare } = new Intl.Collator('en', { numeric: true })
    const sorted = [...cameras].sort((a, b) => compare(a.area, b.area) || compare(a.id, b.id)).map((camera) => camera.id)
    if (sorted.join() !== this.order.value.join()) this.order.value = sorted
  }

  private leave(id: string): void {
    this.byId.delete(id)
    this.gone.add(id)
  }

  private withNews(camera: Camera): Camera {
    const news = this.heard.get(camera.id)
    if (!news || !camera.enabled || (camera.since !== null && news.since <= camera.since)) return camera
    return { ...camera, state: news.state, since: news.since, error: news.error }
  }

  apply(event: CameraEvent): void {
    this.heard.set(event.id, event)
    const camera = this.byId.get(event.id)
    if (camera) this.byId.set(event.id, { ...camera, state: event.state, since: event.since, error: event.error })
  }

  ids(): string[] {
    return this.inOrder.value.filter((camera) => camera.enabled).map((camera) => camera.id)
  }
}
