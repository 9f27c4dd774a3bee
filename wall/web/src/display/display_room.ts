/** What a display knows of the town while it shows something: cameras and areas by its own rights, one case. */
import { ref, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Area, Camera, CaseWithTrace, Town } from '../api/types'
import { LiveConnection } from '../live/live_connection'
import type { ConnectionState, LiveEvent } from '../live/messages'
import { CameraStore } from '../stores/camera_store'
import { EstateReload } from '../stores/estate_reload'
import type { DisplayEvent } from './display_types'

const RETRY_MS = 3_000

export class DisplayRoom {
  readonly cameras = new CameraStore()
  readonly areas = shallowRef<Area[]>([])
  readonly town = shallowRef<Town | null>(null)
  readonly case = shallowRef<CaseWithTrace | null>(null)
  readonly connection = ref<ConnectionState>('connecting')
  readonly lostSince = ref<number | null>(null)
  readonly live: LiveConnection
  onDisplayEvent: (event: DisplayEvent) => void = () => {}
  onRevoked: () => void = () => {}
  private readonly estate = new EstateReload(() => this.loadCameras())
  private caseId: string | null = null
  private stopped = false

  constructor(readonly api: ApiClient) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.live = new LiveConnection(`${scheme}://${location.host}/api/v1/live?as=display`)
    this.live.onEvent = (event) => this.apply(event)
    this.live.onState = (state, attempt) => this.connectionChanged(state, attempt)
  }

  /** Null for a camera the display may not see. */
  camera(id: string): Camera | null {
    return this.cameras.byId.get(id) ?? null
  }

  area(code: string): Area | undefined {
    return this.areas.value.find((area) => area.code === code)
  }

  private connectionChanged(state: ConnectionState, attempt: number): void {
    this.connection.value = state === 'connecting' && attempt > 0 ? 'lost' : state
    if (state === 'open') this.lostSince.value = null
    else if (state !== 'connecting') this.lostSince.value ??= Date.now()
    if (state === 'revoked') this.onRevoked()
    else if (state === 'open') {
      // Events are not repeated: after a gap everything is asked for again, what is to be shown first.
      this.onDisplayEvent({ what: 'show', id: '', version: 0 })
      void this.load()
    }
  }

  private apply(event: LiveEvent): void {
    if (event.topic === 'display') this.onDisplayEvent(event.data)
    else if (event.topic === 'estate') this.estate.ask()
    else if (event.topic === 'camera') this.cameras.apply(event.data)
    else if (event.topic === 'case' && event.data.id === this.caseId) void this.loadCase()
  }

  /** There are other cameras: what is to be shown of them is asked for too. */
  private async loadCameras(): Promise<boolean> {
    const cameras = await answered(this.api.cameras())
    if (this.stopped || !cameras) return this.stopped
    this.cameras.replaceAll(cameras)
    this.onDisplayEvent({ what: 'show', id: '', version: 0 })
    return true
  }

  /** Cameras and areas, anew. */
  async load(): Promise<void> {
    const loaded = await answered(Promise.all([this.api.cameras(), this.api.areas(), this.api.town()]))
    if (this.stopped) return
    if (!loaded) {
      setTimeout(() => !this.stopped && void this.load(), RETRY_MS)
      return
    }
    const [cameras, areas, town] = loaded
    this.cameras.replaceAll(cameras)
    this.areas.value = areas
    this.town.value = town
  }

  /** Null: none. The case is kept up while it is on view. */
  follow(caseId: string | null): void {
    if (caseId === this.caseId) return
    this.caseId = caseId
    this.case.value = null
    if (caseId) void this.loadCase()
  }

  private async loadCase(): Promise<void> {
    const id = this.caseId
    if (!id) return
    const found = await answered(this.api.case(id))
    if (this.stopped || id !== this.caseId) return
    if (found) this.case.value = found
    else setTimeout(() => !this.stopped && id === this.caseId && void this.loadCase(), RETRY_MS)
  }

  stop(): void {
    this.stopped = true
    this.estate.stop()
    this.live.stop()
  }
}

async function answered<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}
