/** A plan as the operator changes it: who goes where, and what that makes of the total. Pure. */
import type { Candidate } from '../api/types'
import type { Plan, Proposal } from './dispatch_types'

export interface PlanRow extends Proposal {
  /** Whom the operator has put there instead; undefined: as proposed, null: nobody. */
  changed?: Candidate | null
  /** What came of sending: done, or why not. */
  result?: { done: boolean; why: string }
}

export const chosen = (row: PlanRow): Candidate | null => (row.changed === undefined ? row.worker : row.changed)

/** Ids of people who stand in more than one row. */
export function twice(rows: readonly PlanRow[]): Set<string> {
  const seen = new Set<string>()
  const found = new Set<string>()
  for (const row of rows) {
    const id = chosen(row)?.worker_id
    if (id !== undefined && seen.has(id)) found.add(id)
    if (id !== undefined) seen.add(id)
  }
  return found
}

export interface Totals {
  /** Travel times added up, as the rows stand. */
  total: number
  /** Of one by one, less this; null where one by one leaves somebody out, or a line was changed. */
  saved: number | null
  served: number
}

export function totals(plan: Plan, rows: readonly PlanRow[]): Totals {
  const sent = rows.map(chosen).filter((one) => one !== null)
  const total = sent.reduce((sum, one) => sum + (one.travel_s ?? 0), 0)
  const changed = rows.some((row) => row.changed !== undefined)
  const saved = plan.one_by_one_s === null || changed ? null : Math.max(0, plan.one_by_one_s - plan.total_s)
  return { total, saved, served: sent.length }
}

/** Whole minutes for people, one at least. */
export const minutes = (seconds: number): number => Math.max(1, Math.round(seconds / 60))
