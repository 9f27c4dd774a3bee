import type { ApiClient } from '../api/client'
import type {
  CalibrationAim,
  CalibrationResult,
  CalibrationState,
  CrossingResult,
  Guard,
  Patrol,
  PatrolStep,
  PointedDome,
  PtzDesk,
  PtzLock,
  PtzLogRow,
  PtzNews,
  PtzPreset,
  PtzProblem,
  RoundsState,
  SeenPlace,
} from './ptz_types'
import type { PictureCommand } from './picture_point'

export interface MapPlace {
  lon: number
  lat: number
}

interface DeskBody extends CalibrationState {
  can: string[]
  status: Omit<PtzNews, 'camera' | 'view' | 'lock'> | null
  view: PtzNews['view']
  lock: PtzLock | null
  my_rank: number
  presets: PtzPreset[]
  guard: Guard | null
  patrol: Patrol | null
  rounds: PtzNews['rounds']
  watching?: PtzNews['watching']
  problem: PtzProblem | null
}

/** The HTTP part of turning domes. Everything raises `ApiError`. */
export class PtzClient {
  constructor(private readonly api: ApiClient) {}

  private at(camera: string, rest = ''): string {
    return `/cameras/${encodeURIComponent(camera)}/ptz${rest}`
  }

  private post<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.api.call<T>('POST', path, body)
  }

  /** What it offers and keeps, and where it looks now. */
  async desk(camera: string): Promise<{ desk: PtzDesk; news: PtzNews }> {
    const body = await this.api.call<DeskBody>('GET', this.at(camera))
    const { can, status, presets, guard, patrol, my_rank: myRank, problem, view, lock, rounds, watching } = body
    const { mount, calibration, former_calibration } = body
    const where = status ?? { pan_deg: null, tilt_deg: null, zoom: null, moving: null, at: 0 }
    return {
      desk: { can: new Set(can), presets, guard, patrol, myRank, problem, calibration: { mount, calibration, former_calibration } },
      news: { camera, ...where, view, lock, can, problem, ...(rounds !== undefined ? { rounds } : {}), watching: watching ?? null },
    }
  }

  stop = (camera: string): Promise<unknown> => this.post(this.at(camera, '/stop'))
  inPicture = (camera: string, command: PictureCommand): Promise<unknown> =>
    command.kind === 'centre'
      ? this.post(this.at(camera, '/centre'), { x: command.x, y: command.y })
      : this.post(this.at(camera, '/frame'), { box: command.box })
  go = (camera: string, to: { pan_deg: number; tilt_deg: number; zoom?: number }): Promise<unknown> => this.post(this.at(camera, '/go'), to)

  addPreset = (camera: string, name: string): Promise<unknown> => this.post(this.at(camera, '/presets'), { name })
  /** The present view in place of an old one, under this name. */
  replacePreset = (camera: string, token: string, name: string): Promise<unknown> =>
    this.api.call('PUT', this.at(camera, `/presets/${encodeURIComponent(token)}`), { name })
  /** Calls it otherwise; its view stays. */
  renamePreset = (camera: string, token: string, name: string): Promise<unknown> =>
    this.api.call('PATCH', this.at(camera, `/presets/${encodeURIComponent(token)}`), { name })
  /** Goes there; its picture follows. */
  takePresetPicture = (camera: string, token: string): Promise<unknown> =>
    this.post(this.at(camera, `/presets/${encodeURIComponent(token)}/picture`))
  removePreset = (camera: string, token: string): Promise<unknown> =>
    this.api.call('DELETE', this.at(camera, `/presets/${encodeURIComponent(token)}`))
  goPreset = (camera: string, token: string): Promise<unknown> => this.post(this.at(camera, `/presets/${encodeURIComponent(token)}/go`))
  setGuard = (camera: string, guard: Guard | null): Promise<unknown> => this.api.call('PUT', this.at(camera, '/guard'), guard)
  setPatrol = (camera: string, patrol: { steps: PatrolStep[]; on: boolean }): Promise<unknown> =>
    this.api.call('PUT', this.at(camera, '/patrol'), patrol)

  rounds = (camera: string): Promise<RoundsState> => this.api.call('GET', this.at(camera, '/rounds'))
  setRounds = (camera: string, on: boolean): Promise<RoundsState> => this.api.call('PUT', this.at(camera, '/rounds'), { on })

  /** Newest first. */
  log = async (camera: string, limit: number): Promise<PtzLogRow[]> =>
    (await this.api.call<{ items: PtzLogRow[] }>('GET', this.at(camera, `/log?limit=${limit}`))).items
  lock = (camera: string, ask: { minutes?: number; take_over?: boolean }): Promise<unknown> => this.post(this.at(camera, '/lock'), ask)
  unlock = (camera: string): Promise<unknown> => this.api.call('DELETE', this.at(camera, '/lock'))

  focus = (camera: string, how: { speed: number } | { auto: true }): Promise<unknown> => this.post(this.at(camera, '/focus'), how)
  iris = (camera: string, opening: number): Promise<unknown> => this.post(this.at(camera, '/iris'), { opening })
  auxiliary = (camera: string, what: 'wiper' | 'light', on: boolean): Promise<unknown> => this.post(this.at(camera, '/auxiliary'), { what, on })

  /** The best dome, or all that can, looks at a place. */
  lookAt = async (place: MapPlace, how: { all?: boolean; case?: string } = {}): Promise<PointedDome[]> =>
    (await this.post<{ items: PointedDome[] }>('/ptz/point', { lon: place.lon, lat: place.lat, ...how })).items
  /** This one looks at a place. Where it cannot it is not sent, and `problem` says why. */
  point = (camera: string, place: MapPlace): Promise<Pick<PointedDome, 'sent' | 'problem'>> =>
    this.post(this.at(camera, '/point'), { lon: place.lon, lat: place.lat })
  /** Where a point of the picture lies now; null: not on the ground. */
  placeAt = async (camera: string, x: number, y: number): Promise<SeenPlace | null> =>
    (await this.api.call<{ place: SeenPlace | null }>('GET', this.at(camera, `/place?x=${x.toFixed(5)}&y=${y.toFixed(5)}`))).place
  calibrate = (camera: string, aims: CalibrationAim[], apply: boolean): Promise<CalibrationResult> =>
    this.post(this.at(camera, '/calibration'), { aims, ...(apply ? { apply } : {}) })
  undoCalibration = (camera: string, to: 'former' | 'configuration'): Promise<CalibrationState> =>
    this.post(this.at(camera, '/calibration/undo'), { to })
  cross = (sights: { camera: string; x: number; y: number }[]): Promise<CrossingResult> => this.post('/ptz/crossing', { sights })
}
