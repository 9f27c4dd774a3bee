/** When is a picture too old to pass for a live one. */

/** A picture this old is marked; with the half-second reports below that is well within five seconds. */
export const STALE_AFTER_MS = 3_500
/** A stream that stays silent this long although the server calls it live is opened anew. */
export const REOPEN_AFTER_MS = 12_000

export type Freshness = 'fresh' | 'stale' | 'reopen'

export function freshness(lastFrameAt: number, now: number): Freshness {
  const age = now - lastFrameAt
  if (age > REOPEN_AFTER_MS) return 'reopen'
  return age > STALE_AFTER_MS ? 'stale' : 'fresh'
}
