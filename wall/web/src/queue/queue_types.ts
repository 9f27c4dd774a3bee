import type { Bilingual, Case } from '../api/types'

export interface CasePage {
  items: Case[]
  total: number
  total_exact: boolean
  /** `cursor` of the page after. */
  next: string | null
}

export interface SimilarCase {
  case: Case
  why: 'same_thing' | 'same_place' | 'near'
  distance_m: number | null
  doubled: boolean
  likeness: number | null
}

export interface StuckGroup {
  state: string
  holder_kind: 'desk' | 'person' | 'post'
  holder: string | null
  holder_name: string
  n: number
  overdue: number
  since: number
  case_id: string
  number: string
}

export interface Stuck {
  items: StuckGroup[]
  looked_at: number
  exact: boolean
}

export interface TimeLeft {
  deadline_at: number
  working: boolean
  runs: boolean
  given_s: number
  left_s: number
  state: 'ample' | 'soon' | 'overdue'
}

export type BatchAction = 'assign' | 'supervise' | 'strike-out' | 'comment'

export interface BatchResult {
  id: string
  number: string | null
  done: boolean
  case: Case | null
  refusal: { code: string; message: string; text: Bilingual | null } | null
}

export interface BatchAnswer {
  done: number
  refused: number
  items: BatchResult[]
}
