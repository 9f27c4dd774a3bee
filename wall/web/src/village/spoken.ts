/** What was said in a case, for a village that waits for it. Pure. */
import type { Case, CaseWithTrace, TraceEntry } from '../api/types'
import { isOverdue } from '../cases/order'

const DAY_SECONDS = 86_400

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

/** Whether the list itself offers to remind of it: it waits for more than a day, or is late, and this account may and
 * has not within a day. */
export function remindable(item: Case, detail: CaseWithTrace | undefined, account: string, now: number): boolean {
  if (!detail || item.closed_at !== null || (now - item.opened_at < DAY_SECONDS && !isOverdue(item, now))) return false
  return detail.actions.some((one) => String(one) === 'remind') && !remindedSince(detail.trace, account, now - DAY_SECONDS)
}

/** Whether this account has reminded of the case since then. */
export function remindedSince(trace: readonly TraceEntry[], account: string, since: number): boolean {
  return trace.some(({ action, actor, at }) => action === 'remind' && actor.id === account && at > since)
}
