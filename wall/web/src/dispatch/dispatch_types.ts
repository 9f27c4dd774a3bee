/** Ways, who was sent, and plans, as the server tells them. Times are Unix seconds, coordinates lon, lat. */
import type { Bilingual, Candidate } from '../api/types'

export interface Way {
  travel_s: number
  distance_m: number
  line: [number, number][]
}

export type SentState = 'waiting' | 'accepted' | 'arrived' | 'declined' | 'withdrawn' | 'done'

/** The newest order of one person for one case. */
export interface Sent {
  worker_id: string
  name: string
  state: SentState
  delivery: 'pending' | 'delivered' | 'dropped'
  issued_at: number
  delivered_at: number | null
  answered_at: number | null
  ended_at: number | null
  flagged_at: number | null
  reason: string
}

export interface Proposal {
  case_id: string
  number: string
  worker: Candidate | null
  why: Bilingual
}

export interface Plan {
  items: Proposal[]
  total_s: number
  one_by_one_s: number | null
}
