/** What the citizens' page asks of the server: nothing but its own four addresses. */
import type { FeatureCollection } from 'geojson'

export interface Page {
  town: { zh: string; en: string }
  classes: { code: string; name: { zh: string; en: string } }[]
  bounds: [number, number, number, number]
  photos: number
}

export interface Receipt {
  number: string
  secret: string
}

export interface Spot {
  lon: number
  lat: number
}

export type Progress = 'received' | 'accepted' | 'in_hand' | 'done' | 'declined'

/** `status` 0: no answer at all. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let reply: Response
  try {
    // No cookie goes along: who is signed in as somebody reports as nobody all the same.
    reply = await fetch(`/api/v1/citizen${path}`, { ...init, credentials: 'omit', signal: AbortSignal.timeout(60_000) })
  } catch {
    throw new Refused(0, '')
  }
  if (reply.ok) return (await reply.json()) as T
  const body = (await reply.json().catch(() => ({}))) as { error?: { message?: string } }
  throw new Refused(reply.status, body.error?.message ?? reply.statusText)
}

export const page = (): Promise<Page> => ask('')
export const roads = (): Promise<FeatureCollection> => ask('/map')

export function send(caseClass: string, spot: Spot, words: string, photos: readonly Blob[]): Promise<Receipt> {
  const body = new FormData()
  body.set('case_class', caseClass)
  body.set('lon', spot.lon.toFixed(6))
  body.set('lat', spot.lat.toFixed(6))
  body.set('words', words)
  for (const one of photos) body.append('photo', one, 'photo.jpg')
  return ask('/reports', { method: 'POST', body })
}

export const follow = (number: string, secret: string): Promise<{ progress: Progress }> =>
  ask('/follow', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ number, secret }) })
