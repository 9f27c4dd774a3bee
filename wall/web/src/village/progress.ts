/** How far a case has got, as a bar a village clerk reads at a glance. Pure. */
import type { Case, CaseState, TraceEntry } from '../api/types'

export const STEPS = ['collected', 'filed', 'assigned', 'accepted', 'arrived', 'handled', 'verified', 'closed'] as const
export type StepName = (typeof STEPS)[number]

export interface Step {
  name: StepName
  /** `skipped`: the case came past it without anybody doing it, as when a vendor left by himself. */
  state: 'done' | 'now' | 'ahead' | 'skipped'
  /** When it was reached; null where that is not known, or it was not. */
  at: number | null
}

export interface Progress {
  steps: Step[]
  /** Struck out or rejected: nothing more will happen. */
  invalid: boolean
  /** Times somebody had to go again. */
  reworks: number
}

/** The last step reached in each state. */
const REACHED: Record<CaseState, StepName> = {
  review: 'collected',
  filed: 'filed',
  assigned: 'assigned',
  accepted: 'accepted',
  arrived: 'arrived',
  handled: 'handled',
  closed: 'closed',
  invalid: 'collected',
}

/** When each step was reached last: who was sent twice came twice, and the second time counts. */
function timesOf(item: Case, trace: readonly TraceEntry[]): Map<StepName, number> {
  const times = new Map<StepName, number>([['collected', item.opened_at]])
  for (const entry of trace) {
    if (entry.action === 'verify') {
      if (entry.detail['result'] === 'gone') times.set('verified', entry.at)
      else for (const step of STEPS.slice(STEPS.indexOf('accepted'))) times.delete(step)
    }
    const step = entry.to_state === null || entry.to_state === entry.from_state ? undefined : REACHED[entry.to_state as CaseState]
    if (step && step !== 'collected') {
      // What came after it belongs to an earlier round.
      for (const later of STEPS.slice(STEPS.indexOf(step) + 1)) times.delete(later)
      times.set(step, entry.at)
    }
  }
  return times
}

/** `trace` may be empty while it is being fetched: then only what the case itself says is dated. */
export function progressOf(item: Case, trace: readonly TraceEntry[]): Progress {
  const times = timesOf(item, trace)
  if (item.closed_at !== null && item.state === 'closed') times.set('closed', item.closed_at)
  const reached = STEPS.indexOf(REACHED[item.state])
  const ended = item.state === 'closed' || item.state === 'invalid'
  const steps = STEPS.map((name, index): Step => {
    const at = times.get(name) ?? null
    if (index > reached) return { name, state: 'ahead', at: null }
    if (index === reached && !ended) return { name, state: 'now', at }
    const unseen = at === null && trace.length > 0 && name !== 'filed'
    return { name, state: unseen ? 'skipped' : 'done', at }
  })
  return { steps, invalid: item.state === 'invalid', reworks: item.reworks }
}
