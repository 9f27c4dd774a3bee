/** When is a picture too old to pass for a live one. */

/** A picture this old is marked; with the half-second reports below that is well within five seconds. */
export const STALE_AFTER_MS = 3_500
/** A stream that stays silent this long although the server calls it live is opened anew. */
export const REOPEN_AFTER_MS = 12_000

export type Freshness = 'fresh' | 'late' | 'stopped' | 'reopen'

/**
 * `silence`: ms since the last picture; `delay`: how old that picture was already. `late` pictures still come, but
 * show what was long ago.
 */
export function freshness(silence: number, delay: number): Freshness {
  if (silence > REOPEN_AFTER_MS) return 'reopen'
  if (silence > STALE_AFTER_MS) return 'stopped'
  return silence + delay > STALE_AFTER_MS ? 'late' : 'fresh'
}
