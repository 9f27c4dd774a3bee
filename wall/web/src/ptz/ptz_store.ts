import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Camera } from '../api/types'
import { PtzClient, type MapPlace } from './ptz_client'
import type { Motion, PtzLock, PtzNews, PtzRefusal } from './ptz_types'

/** What the page is busy with beside steering; it takes the clicks on the map, or the marks in pictures. */
export type PtzTool = { kind: 'calibrate'; camera: string } | { kind: 'cross' }

/** A point an operator marked in a dome's picture, and where the dome looked then. */
export interface PictureMark {
  camera: string
  x: number
  y: number
  news: PtzNews | null
}

/** A place found in a picture. */
export interface FoundPlace extends MapPlace {
  error_m: number | null
}

const REFUSAL_MS = 6_000

export interface PtzSurroundings {
  steer(camera: string, motion: Motion): void
  /** Asks for the events of domes, or ends that. */
  watch(on: boolean): void
}

/** What the page knows of its domes, and which of them this page has in hand: one at a time, as a person has hands. */
export class PtzStore {
  readonly client: PtzClient
  readonly news = shallowReactive(new Map<string, PtzNews>())
  /** Newest words of refusal by camera, gone after a while. */
  readonly refusals = shallowReactive(new Map<string, PtzRefusal>())
  /** The dome whose tile is in PTZ mode. */
  readonly inHand = ref<string | null>(null)
  readonly tool = shallowRef<PtzTool | null>(null)
  readonly mark = shallowRef<PictureMark | null>(null)
  readonly found = shallowRef<FoundPlace | null>(null)
  readonly mayTurn: boolean
  readonly mayCalibrate: boolean
  readonly domes = computed(() => this.cameras().filter((camera) => camera.ptz))
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** The map must be in view; set by the room. */
  showMap: () => void = () => {}

  constructor(
    api: ApiClient,
    private readonly cameras: () => Camera[],
    permissions: ReadonlySet<string>,
    readonly me: string,
    private readonly around: PtzSurroundings,
  ) {
    this.client = new PtzClient(api)
    this.mayTurn = permissions.has('ptz.control')
    this.mayCalibrate = permissions.has('ptz.calibrate')
  }

  /** The cameras have been loaded. Where each dome looks comes when the page begins to listen. */
  load(): void {
    this.around.watch(this.domes.value.length > 0)
  }

  /** Where a dome looks now. No answer is no news. */
  async ask(camera: string): Promise<void> {
    try {
      const { news } = await this.client.desk(camera)
      const known = this.news.get(camera)
      if (!known || known.at <= news.at) this.apply(news.view ? news : { ...news, view: known?.view ?? null })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  apply(news: PtzNews): void {
    this.news.set(news.camera, news)
  }

  refuse(refusal: PtzRefusal): void {
    const { camera, lock } = refusal
    this.refusals.set(camera, refusal)
    clearTimeout(this.timers.get(camera))
    this.timers.set(
      camera,
      setTimeout(() => this.refusals.delete(camera), REFUSAL_MS),
    )
    const known = this.news.get(camera)
    if (lock !== undefined && known) this.news.set(camera, { ...known, lock })
  }

  /** A refusal by HTTP, in words already, in the same place as one by the live connection. */
  refuseFrom(camera: string, code: string, words: string): void {
    this.refuse({ camera, code, message: { zh: words, en: words } })
  }

  steer(camera: string, motion: Motion): void {
    this.around.steer(camera, motion)
  }

  /** The lock that stands against this page's user at `now` (Unix seconds); null: none. */
  lockedBy(camera: string, now: number): PtzLock | null {
    const lock = this.news.get(camera)?.lock
    return lock && lock.until > now && lock.holder.id !== this.me ? lock : null
  }

  openTool(tool: PtzTool): void {
    this.mark.value = null
    this.found.value = null
    this.tool.value = tool
    this.showMap()
  }

  closeTool(): void {
    this.tool.value = null
    this.mark.value = null
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
  }
}
