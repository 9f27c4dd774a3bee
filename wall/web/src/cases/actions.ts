/** How the actions of the desk are offered; which of them are allowed now, the server says with every case. */
import type { CaseAction, CaseState } from '../api/types'

export type Asks = 'nothing' | 'reason' | 'optional-note' | 'verdict' | 'found' | 'class' | 'time' | 'score'

export interface DeskAction {
  action: CaseAction
  asks: Asks
  tone: 'primary' | 'plain' | 'danger'
}

/** In the order the buttons stand. Sending is offered per candidate, commenting below, the worker's steps on the phone. */
const DESK_ACTIONS: readonly DeskAction[] = [
  { action: 'confirm', asks: 'nothing', tone: 'primary' },
  { action: 'reject', asks: 'nothing', tone: 'danger' },
  { action: 'verify', asks: 'verdict', tone: 'primary' },
  { action: 'grant-extension', asks: 'optional-note', tone: 'primary' },
  { action: 'refuse-extension', asks: 'reason', tone: 'plain' },
  { action: 'evaluate', asks: 'score', tone: 'primary' },
  { action: 'close', asks: 'optional-note', tone: 'plain' },
  { action: 'triage', asks: 'class', tone: 'plain' },
  { action: 'ask-extension', asks: 'time', tone: 'plain' },
  { action: 'supervise', asks: 'reason', tone: 'plain' },
  { action: 'reopen', asks: 'reason', tone: 'plain' },
  { action: 'strike-out', asks: 'reason', tone: 'danger' },
]

/** Where a post holds the case its staff sits at a desk too; a worker in the field has these on the phone. */
const POST_ACTIONS: readonly DeskAction[] = [
  { action: 'accept', asks: 'nothing', tone: 'primary' },
  { action: 'arrive', asks: 'nothing', tone: 'plain' },
  { action: 'handle', asks: 'found', tone: 'primary' },
  { action: 'decline', asks: 'reason', tone: 'plain' },
  { action: 'return', asks: 'reason', tone: 'plain' },
]

export function deskActions(allowed: readonly CaseAction[], heldByPost = false): DeskAction[] {
  return [...(heldByPost ? POST_ACTIONS : []), ...DESK_ACTIONS].filter(({ action }) => allowed.includes(action))
}

/** The steps shown above the trace, and how far the case has come. */
export const STEPS = ['filed', 'assigned', 'accepted', 'arrived', 'handled', 'closed'] as const

export function stepsDone(state: CaseState): number {
  if (state === 'review' || state === 'invalid') return 0
  return STEPS.indexOf(state) + 1
}
