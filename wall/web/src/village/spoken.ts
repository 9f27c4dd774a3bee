/** What was said in a case, for a village that waits for it. Pure. */
import type { TraceEntry } from '../api/types'

export interface Spoken {
  seq: number
  who: string
  /** The step it was said with; empty for a plain comment. */
  step: string
  words: string
}

/** Notes and reasons (sent back, struck out, put off), newest first. */
export function wordsOf(trace: readonly TraceEntry[]): Spoken[] {
  const spoken = trace.flatMap(({ seq, actor, action, detail }) => {
    const words = [detail['reason'], detail['note']].filter((one): one is string => typeof one === 'string' && one !== '')
    if (!words.length && action !== 'remind') return []
    return [{ seq, who: actor.name || actor.id || '', step: action === 'comment' || action === 'open' ? '' : action, words: words.join(' ') }]
  })
  return spoken.reverse()
}

/** Whether this account has reminded of the case since then. */
export function remindedSince(trace: readonly TraceEntry[], account: string, since: number): boolean {
  return trace.some(({ action, actor, at }) => action === 'remind' && actor.id === account && at > since)
}
