import { ref, shallowRef, watch, type Ref } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Area, Camera } from '../api/types'
import { standingOf, type CameraStanding, type CameraStore } from '../stores/camera_store'
import { CameraIndex, type Findable } from './camera_index'
import { Favourites } from './favourites'
import { loadReadings, NO_READINGS, type Readings } from './readings'
import { RecentCameras } from './recent'

/** What the camera list lists. `seeing`: cameras that see a place, asked of the server. */
export type Listing =
  | { kind: 'tree' }
  | { kind: 'favourites' }
  | { kind: 'recent' }
  | { kind: 'near'; camera: string }
  | { kind: 'seeing'; lon: number; lat: number; label: string }

const ORDER: Record<CameraStanding, number> = { live: 0, waiting: 1, stalled: 2, down: 3, off: 4 }

/** Looking for cameras, from wherever on the page: what is searched, starred, was looked at last, and listed. */
export class CameraFinder {
  readonly favourites: Favourites
  readonly recent: RecentCameras
  readonly listing = shallowRef<Listing>({ kind: 'tree' })
  readonly problem = ref('')
  /** The quick finder stands open. */
  readonly open = ref(false)
  /** Goes up when the same words may find something else: the dictionary has come, or the estate has changed. */
  readonly version = ref(0)
  readonly readings = shallowRef<Readings>(NO_READINGS)
  private index = new CameraIndex()
  private readonly stops: (() => void)[]

  constructor(
    api: ApiClient,
    private readonly cameras: CameraStore,
    private readonly areas: Ref<readonly Area[]>,
    spotlight: Ref<string | null>,
    account: string,
  ) {
    this.favourites = new Favourites(api)
    this.recent = new RecentCameras(account, localStorage)
    this.stops = [
      watch(spotlight, (id) => {
        if (id !== null) this.recent.add(id)
      }),
      watch([() => this.cameras.order.value, areas], () => this.version.value++),
    ]
  }

  stop(): void {
    for (const stop of this.stops) stop()
  }

  /** Fetches the dictionary; to be called when somebody is about to type. Without it Chinese is found by Chinese. */
  async prepare(): Promise<void> {
    if (this.readings.value !== NO_READINGS) return
    const readings = await loadReadings()
    if (this.readings.value === readings) return
    this.index = new CameraIndex(readings)
    this.readings.value = readings
    this.version.value++
  }

  /** Best first. Cameras that fit equally: live before down, then those starred. */
  search(query: string): Camera[] {
    this.index.update(this.findables())
    const { byId } = this.cameras
    const rank = (id: string): number => {
      const camera = byId.get(id)
      return 2 * ORDER[camera ? standingOf(camera.state) : 'off'] + (this.favourites.has(id) ? 0 : 1)
    }
    return this.index.search(query, rank).flatMap(({ id }) => byId.get(id) ?? [])
  }

  private *findables(): Generator<Findable> {
    const names = new Map(this.areas.value.map((area) => [area.code, area]))
    for (const camera of this.cameras.byId.values()) {
      const area = names.get(camera.area)
      const grid = camera.grid === null ? undefined : names.get(camera.grid)
      const places = [area?.name ?? camera.area_name, area?.name_en ?? '', camera.grid_name, grid?.name_en ?? '', camera.street, camera.street_en]
      yield { id: camera.id, name: camera.name, name_en: camera.name_en, places }
    }
  }

  /** Stars a camera or takes its star off; what the server refuses is told in `problem`. */
  async star(id: string): Promise<void> {
    this.problem.value = ''
    try {
      await this.favourites.toggle(id)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = error.message || error.code
    }
  }

  /** The cameras of those ids that are there, in the order given. */
  known(ids: Iterable<string>): Camera[] {
    return [...ids].flatMap((id) => this.cameras.byId.get(id) ?? [])
  }
}
