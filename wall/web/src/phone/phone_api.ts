import type { History, PartyInCase, Suggested } from '../registers/register_types'
import type { Way } from '../dispatch/dispatch_types'
import type { Case, CaseWithTrace, Evidence, MapFeatures, Me, Town, Worker } from '../api/types'

const ROOT = '/api/v1'
const TIMEOUT_MS = 25_000
const UPLOAD_MS = 120_000

/** `status` 0: there was no answer. `text`: for the person, in both languages where the server puts it so. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly text: { zh: string; en: string } | null = null,
  ) {
    super(message)
  }
}

export interface Patrol {
  patrol_s: number
  distance_m: number
  long_enough: boolean
  far_enough: boolean
}

interface Sent {
  method?: string
  json?: unknown
  form?: FormData
  key?: string
}

/** The public API with a device session's token. `X-Sent-At` goes with everything: the phone's clock may be wrong. */
export class PhoneApi {
  constructor(
    readonly token: string,
    private readonly onSignedOut: () => void,
  ) {}

  async send<T>(path: string, { method = 'GET', json, form, key }: Sent = {}): Promise<T> {
    return (await (await this.fetch(path, { method, json, form: form as FormData, key: key as string })).json()) as T
  }

  private async fetch(path: string, { method = 'GET', json, form, key }: Sent): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}`, 'x-sent-at': String(Date.now() / 1000) }
    if (json !== undefined) headers['content-type'] = 'application/json'
    if (key) headers['idempotency-key'] = key
    const body = form ?? (json === undefined ? null : JSON.stringify(json))
    const response = await answerOf(path, { method, headers, body, credentials: 'omit', signal: AbortSignal.timeout(form ? UPLOAD_MS : TIMEOUT_MS) })
    if (response.status === 401) this.onSignedOut()
    if (!response.ok) throw await refusal(response)
    return response
  }

  me = (): Promise<Me> => this.send('/me')
  town = (): Promise<Town> => this.send('/town')
  duty = (): Promise<Worker> => this.send('/phone/duty')
  orders = async (): Promise<Case[]> => (await this.send<{ items: Case[] }>('/phone/orders')).items
  case = (id: string): Promise<CaseWithTrace> => this.send(`/cases/${encodeURIComponent(id)}`)
  way = async (id: string, { lon, lat }: { lon: number; lat: number }): Promise<Way | null> =>
    (await this.send<{ way: Way | null }>(`/phone/way/${encodeURIComponent(id)}?lon=${lon}&lat=${lat}`)).way
  grids = (): Promise<MapFeatures> => this.send('/map/grids')
  base = (layer: string): Promise<MapFeatures> => this.send(`/map/base/${encodeURIComponent(layer)}`)
  patrol = (me: string, day: string): Promise<Patrol> => this.send(`/workers/${encodeURIComponent(me)}/patrol?day=${day}`)
  met = async (id: string): Promise<PartyInCase[]> => (await this.send<History>(`/cases/${encodeURIComponent(id)}/history`)).parties
  suggested = async (id: string, text: string): Promise<Suggested[]> =>
    (await this.send<{ items: Suggested[] }>(`/cases/${encodeURIComponent(id)}/party-suggestions${text ? `?text=${encodeURIComponent(text)}` : ''}`)).items
  signOut = (): Promise<unknown> => this.send('/sessions/current', { method: 'DELETE' })

  picture = async (evidence: Evidence | string): Promise<Blob> =>
    (await this.fetch(`/evidence/${encodeURIComponent(typeof evidence === 'string' ? evidence : evidence.id)}`, {})).blob()
}

/** The token of a new device session; with a one-time code, `password` is set first. Raises Refusal. */
export async function signIn(username: string, password: string, code = ''): Promise<string> {
  const body = JSON.stringify({ username, password, device: true, ...(code && { code }) })
  const headers = { 'content-type': 'application/json' }
  const response = await answerOf(code ? '/sessions/by-code' : '/sessions', { method: 'POST', headers, body, credentials: 'omit', signal: AbortSignal.timeout(60_000) })
  if (!response.ok) throw await refusal(response)
  return ((await response.json()) as { token: string }).token
}

async function answerOf(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(ROOT + path, request)
  } catch (cause) {
    throw new Refusal(0, cause instanceof Error ? cause.message : String(cause))
  }
}

async function refusal(response: Response): Promise<Refusal> {
  try {
    const { error } = (await response.json()) as { error: { message: string; text?: { zh: string; en: string } } }
    return new Refusal(response.status, error.message, error.text ?? null)
  } catch {
    return new Refusal(response.status, response.statusText)
  }
}
