/** The outbox of events to other systems, as the API tells of it. Pure. */
export const OUTBOX_STATES = ['pending', 'delivered', 'dead'] as const
export type OutboxState = (typeof OUTBOX_STATES)[number]

export interface OutboxEntry {
  id: string
  destination: string
  event: string
  event_id: string
  case_id: string
  case_number: string
  state: OutboxState
  queued_at: number
  attempts: number
  next_at: number | null
  last_at: number | null
  last_error: string
  delivered_at: number | null
}

export interface OutboxList {
  items: OutboxEntry[]
  counts: { destination: string; state: OutboxState; count: number }[]
}

export function isOutboxAddress(path: string): boolean {
  return path === '/outbox' || path === '/outbox/'
}

export function countOf(counts: OutboxList['counts'], state: OutboxState): number {
  return counts.reduce((sum, one) => sum + (one.state === state ? one.count : 0), 0)
}
