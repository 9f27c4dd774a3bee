import type { ApiClient } from '../api/client'
import type {
  CalibrationAim,
  CalibrationResult,
  CrossingResult,
  Guard,
  Patrol,
  PatrolStep,
  PointedDome,
  PtzDesk,
  PtzLock,
  PtzNews,
  PtzPreset,
  SeenPlace,
} from './ptz_types'
import type { PictureCommand } from './picture_point'

export interface MapPlace {
  lon: number
  lat: number
}

interface DeskBody {
  can?: string[]
  capabilities?: { can?: string[] }
  status?: Partial<PtzNews> | null
  view?: PtzNews['view']
  lock?: PtzLock | null
  presets?: { token: string; name: string; picture?: string | null }[]
  guard?: Guard | null
  patrol?: Patrol | null
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
    const { pan_deg = null, tilt_deg = null, zoom = null, moving = null, at = 0, view = body.view ?? null } = body.status ?? {}
    return {
      desk: {
        can: new Set(body.can ?? body.capabilities?.can ?? []),
        presets: (body.presets ?? []).map(presetOf),
        guard: body.guard ?? null,
        patrol: body.patrol ?? null,
      },
      news: { camera, pan_deg, tilt_deg, zoom, moving, at, view, lock: body.lock ?? null },
    }
  }

  stop = (camera: string): Promise<unknown> => this.post(this.at(camera, '/stop'))
  inPicture = (camera: string, command: PictureCommand): Promise<unknown> =>
    command.kind === 'centre'
      ? this.post(this.at(camera, '/centre'), { x: command.x, y: command.y })
      : this.post(this.at(camera, '/frame'), { box: command.box })
  go = (camera: string, to: { pan_deg: number; tilt_deg: number; zoom?: number }): Promise<unknown> => this.post(this.at(camera, '/go'), to)

  addPreset = (camera: string, name: string): Promise<unknown> => this.post(this.at(camera, '/presets'), { name })
  /** Over an old one: only another name, or (`here`) the present view too. */
  changePreset = (camera: string, token: string, change: { name: string; here?: boolean }): Promise<unknown> =>
    this.api.call('PUT', this.at(camera, `/presets/${encodeURIComponent(token)}`), change)
  removePreset = (camera: string, token: string): Promise<unknown> =>
    this.api.call('DELETE', this.at(camera, `/presets/${encodeURIComponent(token)}`))
  goPreset = (camera: string, token: string): Promise<unknown> => this.post(this.at(camera, `/presets/${encodeURIComponent(token)}/go`))
  setGuard = (camera: string, guard: Guard | null): Promise<unknown> => this.api.call('PUT', this.at(camera, '/guard'), guard)
  setPatrol = (camera: string, patrol: { steps: PatrolStep[]; on: boolean }): Promise<unknown> =>
    this.api.call('PUT', this.at(camera, '/patrol'), patrol)

  lock = (camera: string, ask: { minutes?: number; take_over?: boolean }): Promise<unknown> => this.post(this.at(camera, '/lock'), ask)
  unlock = (camera: string): Promise<unknown> => this.api.call('DELETE', this.at(camera, '/lock'))

  focus = (camera: string, how: { speed: number } | { auto: true }): Promise<unknown> => this.post(this.at(camera, '/focus'), how)
  iris = (camera: string, opening: number): Promise<unknown> => this.post(this.at(camera, '/iris'), { opening })
  auxiliary = (camera: string, what: 'wiper' | 'light', on: boolean): Promise<unknown> => this.post(this.at(camera, '/auxiliary'), { what, on })

  /** The best dome, or all that can, looks at a place. */
  lookAt = async (place: MapPlace, how: { all?: boolean; case?: string } = {}): Promise<PointedDome[]> =>
    (await this.post<{ items: PointedDome[] }>('/ptz/point', { lon: place.lon, lat: place.lat, ...how })).items
  /** Where a point of the picture lies now; null: not on the ground. */
  placeAt = async (camera: string, x: number, y: number): Promise<SeenPlace | null> => {
    const found = await this.api.call<SeenPlace & { place?: SeenPlace | null }>('GET', this.at(camera, `/place?x=${x.toFixed(5)}&y=${y.toFixed(5)}`))
    return 'place' in found ? (found.place ?? null) : found
  }
  calibrate = (camera: string, aims: CalibrationAim[], apply: boolean): Promise<CalibrationResult> =>
    this.post(this.at(camera, '/calibration'), { aims, ...(apply ? { apply } : {}) })
  cross = (sights: { camera: string; x: number; y: number }[]): Promise<CrossingResult> => this.post('/ptz/crossing', { sights })
}

function presetOf({ token, name, picture }: { token: string; name: string; picture?: string | null }): PtzPreset {
  return { token, name, picture: picture ?? null }
}
