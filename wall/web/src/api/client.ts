import type {
  Area,
  Bilingual,
  Camera,
  Candidate,
  Case,
  CaseAction,
  CasePage,
  CaseWithTrace,
  Clip,
  Evidence,
  Ground,
  Health,
  MapFeatures,
  Me,
  Moment,
  Near,
  SetupState,
  Town,
  TraceCheck,
  Worker,
} from './types'

const ROOT = '/api/v1'
const TIMEOUT_MS = 20_000
/** Passwords are hashed slowly on purpose, and one after the other. */
const PASSWORD_TIMEOUT_MS = 60_000
/** A table of thousands of cameras whose devices are all asked. */
const UPLOAD_TIMEOUT_MS = 600_000

const PASSWORD_PATHS: ReadonlySet<string> = new Set(['/sessions', '/sessions/by-code', '/setup'])

/** One of the problems of cameras.yaml, for which a change of it was refused. */
export interface FileProblem {
  file: string
  line: number | null
  key: string
  value: string
  rule: string
}

/** A refusal by the server, or (`code` "network") no answer at all. `where` names the field the server objects to. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly where: string = '',
    /** The message in both languages, where the server has it so. */
    readonly text: Bilingual | null = null,
    readonly problems: readonly FileProblem[] = [],
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; where?: string | null; text?: Bilingual; problems?: FileProblem[] }
}

async function refusal(response: Response): Promise<ApiError> {
  let body: ErrorBody = {}
  try {
    body = (await response.json()) as ErrorBody
  } catch {
    // Not JSON: a proxy answered; the status says enough.
  }
  const { code, message, where, text, problems } = body.error ?? {}
  const said = message ?? response.statusText
  return new ApiError(response.status, code ?? `http_${response.status}`, said, where ?? '', text ?? null, problems ?? [])
}

function asJson(body: unknown, key?: string): RequestInit {
  if (body === undefined) return {}
  return { headers: { 'Content-Type': 'application/json', ...(key ? { 'Idempotency-Key': key } : {}) }, body: JSON.stringify(body) }
}

/** The HTTP interface, typed. `onUnauthorised` is told whenever the session turns out to have ended. */
export class ApiClient {
  onUnauthorised: () => void = () => {}

  /** `as` display: the browser's session as a display speaks, not its user's. */
  constructor(private readonly as: 'user' | 'display' = 'user') {}

  /** `key`: the request may be sent again, and is carried out once. */
  async call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
    const response = await this.send(path, { method, ...asJson(body, key) })
    if (response.status === 204) return undefined as T
    return (await response.json()) as T
  }

  /** An answer that is no refusal. Raises ApiError. */
  private async send(path: string, request: RequestInit): Promise<Response> {
    const init: RequestInit = {
      credentials: 'same-origin',
      signal: AbortSignal.timeout(PASSWORD_PATHS.has(path) ? PASSWORD_TIMEOUT_MS : TIMEOUT_MS),
      ...request,
    }
    let response: Response
    try {
      response = await fetch(this.address(path), init)
    } catch (cause) {
      throw new ApiError(0, 'network', cause instanceof Error ? cause.message : String(cause))
    }
    if (!response.ok) {
      const error = await refusal(response)
      if (error.status === 401 && error.code !== 'sign_in_failed' && !PASSWORD_PATHS.has(path)) this.onUnauthorised()
      throw error
    }
    return response
  }

  private address(path: string): string {
    if (this.as === 'user') return ROOT + path
    return `${ROOT}${path}${path.includes('?') ? '&' : '?'}as=display`
  }

  private get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path)
  }

  setupState = (): Promise<SetupState> => this.get('/setup')
  setUp = (form: { code: string; username: string; password: string; name: string }): Promise<unknown> =>
    this.call('POST', '/setup', form)
  signIn = (username: string, password: string): Promise<unknown> =>
    this.call('POST', '/sessions', { username, password })
  signInByCode = (form: { username: string; code: string; password: string }): Promise<unknown> =>
    this.call('POST', '/sessions/by-code', form)
  signOut = (): Promise<unknown> => this.call('DELETE', '/sessions/current')
  me = (): Promise<Me> => this.get('/me')
  town = (): Promise<Town> => this.get('/town')
  areas = (): Promise<Area[]> => this.get('/areas')
  mapAreas = (): Promise<MapFeatures> => this.get('/map/areas')
  mapGrids = (): Promise<MapFeatures> => this.get('/map/grids')
  mapBase = (layer: string): Promise<MapFeatures> => this.get(`/map/base/${encodeURIComponent(layer)}`)
  health = (): Promise<Health> => this.get('/health')
  /** `caseClass`: what it wants of people counts. */
  near = (lon: number, lat: number, caseClass = ''): Promise<Near> =>
    this.get(`/near?lon=${lon}&lat=${lat}${caseClass ? `&case_class=${encodeURIComponent(caseClass)}` : ''}`)

  cameras = async (): Promise<Camera[]> => (await this.get<{ items: Camera[] }>('/cameras')).items
  favourites = async (): Promise<string[]> => (await this.get<{ items: string[] }>('/me/favourites')).items
  addFavourite = (camera: string): Promise<unknown> => this.call('PUT', `/me/favourites/${encodeURIComponent(camera)}`)
  removeFavourite = (camera: string): Promise<unknown> => this.call('DELETE', `/me/favourites/${encodeURIComponent(camera)}`)
  workers = async (): Promise<Worker[]> => (await this.get<{ items: Worker[] }>('/workers')).items

  cases(query: { state?: string; limit?: number; before?: string }): Promise<CasePage> {
    const words = new URLSearchParams()
    for (const [key, value] of Object.entries(query)) words.set(key, String(value))
    return this.get(`/cases?${words}`)
  }

  case = (id: string): Promise<CaseWithTrace> => this.get(`/cases/${encodeURIComponent(id)}`)
  candidates = async (id: string): Promise<Candidate[]> =>
    (await this.get<{ items: Candidate[] }>(`/cases/${encodeURIComponent(id)}/candidates`)).items
  traceCheck = (id: string): Promise<TraceCheck> => this.get(`/cases/${encodeURIComponent(id)}/trace/check`)
  makeCase = (form: {
    case_class: string
    level: number
    lon: number
    lat: number
    note: string
    camera_id?: string
    error_m?: number
    people?: number
  }): Promise<Case> => this.call('POST', '/cases', form)
  act = (id: string, action: CaseAction, detail: Record<string, string | number> = {}): Promise<Case> =>
    this.call('POST', `/cases/${encodeURIComponent(id)}/${action}`, detail)

  ground = (camera: string, x: number, y: number): Promise<Ground> =>
    this.get(`/cameras/${encodeURIComponent(camera)}/ground?x=${x.toFixed(5)}&y=${y.toFixed(5)}`)
  holdMoment = (camera: string, seconds: number): Promise<Moment> =>
    this.call('POST', `/cameras/${encodeURIComponent(camera)}/moments`, { seconds })
  addClip = (id: string, moment: string, caption: string): Promise<Evidence> =>
    this.call('POST', `/cases/${encodeURIComponent(id)}/clip`, { moment, caption })

  async addPicture(id: string, picture: Blob, caption: string): Promise<Evidence> {
    const body = new FormData()
    body.set('file', picture, 'picture.jpg')
    body.set('caption', caption)
    const response = await this.send(`/cases/${encodeURIComponent(id)}/evidence`, { method: 'POST', body })
    return (await response.json()) as Evidence
  }

  /** The last seconds of a camera, as far as they are held. */
  async clip(camera: string, seconds: number): Promise<Clip> {
    const response = await this.send(`/cameras/${encodeURIComponent(camera)}/clip.mp4?last=${seconds}`, {})
    const time = (name: string): number => Number(response.headers.get(`x-clip-${name}`)) * 1000
    let file: ArrayBuffer
    try {
      file = await response.arrayBuffer()
    } catch (cause) {
      throw new ApiError(0, 'network', cause instanceof Error ? cause.message : String(cause))
    }
    return { file, from: time('from'), to: time('to'), now: time('now') }
  }

  /** Sends a form with a file. What the server does with it may take minutes. */
  async upload<T>(path: string, body: FormData): Promise<T> {
    const response = await this.send(path, { method: 'POST', body, signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS) })
    return (await response.json()) as T
  }

  /** With `body` it is asked for by POST. */
  async file(path: string, body?: unknown): Promise<Blob> {
    const asked = body === undefined ? {} : { method: 'POST', ...asJson(body) }
    return (await this.send(path, { ...asked, signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS) })).blob()
  }

  /** The newest picture of a camera. */
  async snapshot(camera: string): Promise<Blob> {
    return (await this.send(`/cameras/${encodeURIComponent(camera)}/snapshot.jpg`, {})).blob()
  }

  evidenceUrl = (id: string): string => this.address(`/evidence/${encodeURIComponent(id)}`)
  snapshotUrl = (camera: string, version: number): string =>
    `${ROOT}/cameras/${encodeURIComponent(camera)}/snapshot.jpg?v=${version}`
}
