import { computed, inject, ref, shallowRef, type InjectionKey } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Area, Camera, Case, GroundPlace, Me, Town } from '../api/types'
import { AlarmStore } from '../alarms/alarm_store'
import { DispatchStore } from '../dispatch/dispatch_store'
import { DisplayStore } from '../display/display_store'
import { CameraFinder } from '../find/camera_finder'
import { LiveConnection } from '../live/live_connection'
import type { ConnectionState, LiveEvent } from '../live/messages'
import { ShelfStore } from '../presets/shelf_store'
import { PtzStore } from '../ptz/ptz_store'
import { TalkStore } from '../talk/talk_store'
import type { KeptTour, Preset, PresetContent, TourContent } from '../presets/shelf_types'
import type { Marking } from '../tile/marking'
import { monitorOf, Monitors } from '../wall/monitors'
import { WallStore } from '../wall/wall_store'
import { CameraStore } from './camera_store'
import { askAhead, type MapAhead } from '../map/map_ahead'
import { CaseFilter } from '../cases/case_filter'
import { CaseStore } from './case_store'
import { Chime } from './chime'
import { EstateReload } from './estate_reload'
import { EventBatch } from './event_batch'
import { WorkerStore } from './worker_store'

export interface Place {
  lon: number
  lat: number
}

/** Everything one signed-in page knows and holds open; made after signing in, stopped at signing out. */
export class Room {
  readonly cameras = new CameraStore()
  readonly workers = new WorkerStore()
  readonly cases: CaseStore
  /** What narrows the cases on the map and in the list. */
  readonly caseFilter = new CaseFilter()
  readonly wall = new WallStore(monitorOf(location.search))
  readonly presets: ShelfStore<Preset, PresetContent>
  readonly tours: ShelfStore<KeptTour, TourContent>
  readonly monitors: Monitors
  readonly chime = new Chime()
  readonly areas = shallowRef<Area[]>([])
  readonly connection = ref<ConnectionState>('connecting')
  readonly selectedCaseId = ref<string | null>(null)
  /** A case somebody is about to mark on a picture. */
  readonly marking = shallowRef<Marking | null>(null)
  /** The ground under the pointer in a picture: the map marks it. */
  readonly pointedPlace = shallowRef<GroundPlace | null>(null)
  /** A point of a camera's picture that its tile marks. */
  readonly sightMark = shallowRef<{ camera: string; x: number; y: number } | null>(null)
  readonly permissions: ReadonlySet<string>
  /** Of these, what holds in the whole town. */
  readonly townPermissions: ReadonlySet<string>
  readonly find: CameraFinder
  readonly displays: DisplayStore
  readonly alarms: AlarmStore
  readonly dispatch: DispatchStore
  readonly live: LiveConnection
  readonly ptz: PtzStore
  readonly talk: TalkStore
  /** How often the list of cameras was loaded: whoever shows more of them than it holds loads that anew, too. */
  readonly camerasLoaded = ref(0)
  /** How often there was another map: grids drawn anew, other roads. Whoever draws it loads it then. */
  readonly mapChanged = ref(0)
  /** The map's part in what the other panes ask for; set by the map when it is there. */
  /** The map's files, asked for while the rest of the room is; for whoever shows them first. */
  mapAhead: MapAhead | null = null
  flyTo: (place: Place, zoom?: number) => void = () => {}
  /** The session ended on the server's side. */
  onRevoked: () => void = () => {}

  private readonly areaByCode = computed(() => new Map(this.areas.value.map((area) => [area.code, area])))

  readonly selectedCase = computed<Case | null>(() => {
    const id = this.selectedCaseId.value
    return (id && this.cases.byId.get(id)) || null
  })

  private everOpen = false
  private readonly estate = new EstateReload(() => tolerate(this.loadCameras()))

  private readonly map = new EstateReload(() => tolerate(this.loadMap()))

  constructor(
    readonly api: ApiClient,
    readonly me: Me,
    readonly town: Town,
  ) {
    this.cases = new CaseStore(api)
    this.cases.onArrival = () => this.chime.ring()
    this.permissions = new Set(me.permissions)
    this.townPermissions = new Set(me.town_permissions)
    this.dispatch = new DispatchStore(api, this.cases, this.workers, this.permissions)
    this.presets = new ShelfStore(api, '/presets')
    this.tours = new ShelfStore(api, '/tours')
    this.monitors = new Monitors(this.wall.monitor, me.id)
    this.monitors.onCamera = (camera) => this.wall.receive(camera)
    this.displays = new DisplayStore(api, this.permissions)
    this.alarms = new AlarmStore(api, me.id, this.permissions, this.wall.monitor)
    this.alarms.onSound = () => this.chime.ring()
    this.find = new CameraFinder(api, this.cameras, this.areas, this.wall.spotlight, me.id)
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.live = new LiveConnection(`${scheme}://${location.host}/api/v1/live`)
    this.ptz = new PtzStore(api, () => this.cameras.inOrder.value, this.permissions, me.id, {
      steer: (camera, motion) => this.live.steer(camera, motion),
      watch: (on) => this.live.watchPtz(on),
    })
    this.talk = new TalkStore(api, this.permissions, me.id, `${scheme}://${location.host}/api/v1/talks/live`)
    this.live.onPtzRefused = (refusal) => this.ptz.refuse(refusal)
    const events = new EventBatch((batch) => batch.forEach((event) => this.apply(event)))
    this.live.onEvent = (event) => events.push(event)
    this.live.onPositions = (positions) => this.workers.move(positions)
    if (this.permissions.has('worker.see')) this.live.watchPeople(true)
    this.live.onState = (state, attempt) => this.connectionChanged(state, attempt)
  }

  /** An area or grid by its code; undefined where the caller's rights do not reach. */
  area(code: string | null): Area | undefined {
    return code === null ? undefined : this.areaByCode.value.get(code)
  }

  /** Where a case is, in words. A place named after its camera is named in the language on view by `nameOf`. */
  address(item: Case, nameOf: (camera: Camera) => string): string {
    const camera = item.camera_id ? this.cameras.byId.get(item.camera_id) : undefined
    return camera && item.address === camera.name ? nameOf(camera) : item.address
  }

  /** Grid and address, what both are called said once. */
  place(item: Case, nameOf: (thing: { name: string; name_en?: string | null } | undefined, otherwise?: string) => string): string {
    const grid = this.area(item.grid ?? item.area)
    const called = grid?.name ?? item.grid_name ?? item.area_name
    const rest = item.address === called ? '' : this.address(item, nameOf)
    return [nameOf(grid, called), rest].filter(Boolean).join(' · ')
  }

  /** Loads what the panes show. Raises `ApiError`. */
  async load(): Promise<void> {
    this.mapAhead = askAhead(this.api, this.town.base_layers)
    const favourites = this.permissions.has('camera.see') ? this.find.favourites.load() : null
    const [areas] = await Promise.all([this.api.areas(), this.refresh(), favourites])
    this.areas.value = areas
  }

  /** What is on the wall stays there; of a camera that has gone its tile says so. */
  private async loadCameras(): Promise<void> {
    // Who works at a post sees cases, and neither cameras nor where people are.
    if (!this.permissions.has('camera.see')) return
    this.cameras.replaceAll(await this.api.cameras())
    this.wall.setKnown(this.cameras.byId.keys())
    this.ptz.load()
    await this.talk.load()
    this.camerasLoaded.value++
  }

  private async loadMap(): Promise<void> {
    this.areas.value = await this.api.areas()
    this.mapChanged.value++
  }

  /** Events are not repeated: after a gap in the connection everything that changes is asked for again. */
  private async refresh(): Promise<void> {
    // Of a city they are many: the room is there before them, and they come onto the map when they do.
    if (this.permissions.has('worker.see')) void tolerate(this.api.workers().then((workers) => this.workers.replaceAll(workers)))
    await Promise.all([
      this.loadCameras(),
      this.cases.load(),
      this.displays.load(),
      this.alarms.load(),
    ])
  }

  private connectionChanged(state: ConnectionState, attempt: number): void {
    // Between two attempts it is still lost, as far as the operator is concerned.
    this.connection.value = state === 'connecting' && attempt > 0 ? 'lost' : state
    if (state === 'revoked') this.onRevoked()
    // A refused handshake does not say why; if the session has ended, any request does.
    else if (state === 'lost' && attempt >= 2) void tolerate(this.api.me())
    else if (state === 'open') {
      if (this.everOpen) {
        void tolerate(this.refresh())
        this.map.ask()
      }
      this.everOpen = true
    }
  }

  private apply(event: LiveEvent): void {
    switch (event.topic) {
      case 'case':
        this.cases.apply(event.data)
        break
      case 'camera':
        this.cameras.apply(event.data)
        break
      case 'worker':
        this.workers.apply(event.data)
        break
      case 'display':
        this.displays.apply(event.data)
        break
      case 'alarm':
        this.alarms.apply(event.data)
        break
      case 'ptz':
        this.ptz.apply(event.data)
        break
      case 'loudspeaker':
        this.talk.apply(event.data)
        break
      case 'estate':
        this.estate.ask()
        break
      case 'town':
        this.map.ask()
        break
    }
  }

  /** The operator's main move: the case's camera comes up, the map flies there, its detail opens. */
  selectCase(item: Case): void {
    this.cases.seen(item.id)
    this.selectedCaseId.value = item.id
    if (item.camera_id && this.cameras.byId.has(item.camera_id)) this.wall.bringUp(item.camera_id)
    if (item.lon !== null && item.lat !== null) this.flyTo({ lon: item.lon, lat: item.lat }, 17)
  }

  openPreset(preset: Preset): void {
    this.wall.tourId.value = null
    this.wall.open(preset)
    this.wall.openedId.value = preset.id
  }

  deselectCase(): void {
    this.selectedCaseId.value = null
  }

  stop(): void {
    this.monitors.stop()
    this.find.stop()
    this.alarms.stop()
    this.estate.stop()
    this.map.stop()
    this.ptz.stop()
    this.talk.stop()
    this.live.stop()
  }
}

/** For requests that come again by themselves: no answer now is no news. Tells whether there was one. */
async function tolerate(request: Promise<unknown>): Promise<boolean> {
  try {
    await request
    return true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return false
  }
}

export const ROOM: InjectionKey<Room> = Symbol('room')

export function useRoom(): Room {
  const room = inject(ROOM)
  if (!room) throw new Error('no room is provided above this component')
  return room
}
