/** Which cases are listed, and in what order. Pure. */
import type { Case, CaseState } from '../api/types'

const ENDED: ReadonlySet<CaseState> = new Set(['closed', 'invalid'])

export function isOpen(item: Pick<Case, 'state'>): boolean {
  return !ENDED.has(item.state)
}

export function isOverdue(item: Pick<Case, 'state' | 'deadline_at'>, now: number): boolean {
  return isOpen(item) && item.deadline_at !== null && now > item.deadline_at
}

/** Open before ended, then newest first; the number breaks ties so that the order never wavers. */
export function compareCases(a: Case, b: Case): number {
  const open = Number(isOpen(b)) - Number(isOpen(a))
  if (open !== 0) return open
  return b.opened_at - a.opened_at || (a.number < b.number ? 1 : -1)
}

export type StateFilter = 'open' | 'review' | 'waiting' | 'underway' | 'to-verify' | 'ended' | 'all'

export const STATE_FILTERS: Record<StateFilter, ReadonlySet<CaseState> | null> = {
  open: new Set<CaseState>(['review', 'filed', 'assigned', 'accepted', 'arrived', 'handled']),
  review: new Set<CaseState>(['review']),
  waiting: new Set<CaseState>(['filed']),
  underway: new Set<CaseState>(['assigned', 'accepted', 'arrived']),
  'to-verify': new Set<CaseState>(['handled']),
  ended: ENDED,
  all: null,
}

function searchText(item: Case): string {
  return [
    item.number,
    item.title.zh,
    item.title.en,
    item.class_name.zh,
    item.class_name.en,
    item.grid_name,
    item.grid,
    item.address,
    item.camera_id,
    item.assignee?.name,
  ]
    .join(' ')
    .toLowerCase()
}

/** Every word of `text` must occur somewhere in the case. */
export function selectCases(cases: Iterable<Case>, filter: StateFilter, text: string, repeatsOnly = false): Case[] {
  const states = STATE_FILTERS[filter]
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const chosen: Case[] = []
  for (const item of cases) {
    if (states && !states.has(item.state)) continue
    if (repeatsOnly && !item.repeat) continue
    if (words.length > 0) {
      const hay = searchText(item)
      if (!words.every((word) => hay.includes(word))) continue
    }
    chosen.push(item)
  }
  return chosen.sort(compareCases)
}

/** An event may overtake the answer to a request: the older version never replaces the newer one. */
export function newer(known: Case | undefined, arrived: Case): Case {
  return known && known.version > arrived.version ? known : arrived
}
