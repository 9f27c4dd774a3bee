/** What people made of detections, as the server tells it; docs/api.md. */
import type { Bilingual } from '../api/types'

/** What a rejection may name; the server tells the same with each one's memory. */
export const CAUSE_CODES = ['bin', 'sign', 'vehicle', 'person', 'light', 'plants', 'permitted', 'water', 'camera_moved', 'other'] as const

export interface CauseKind {
  code: string
  name: Bilingual
  /** null: until somebody forgets it; 0: not remembered. */
  kept_seconds: number | null
  fixed: boolean
}

export interface Figures {
  right: number
  judged: number
  precision: number | null
  low: number
  high: number
  rejected: Record<string, number>
  duplicates: number
  waiting: number
  remembered: number
  suppressed: number
  trend: [number, number][]
}

export type OpensCase = boolean | 'earned' | null

export interface ZoneFigures extends Figures {
  zone_id: string
  opens_case: OpensCase
}

export interface RuleFigures extends Figures {
  camera_id: string
  rule: string
  zones: ZoneFigures[]
  earned: boolean
  earned_right: number
  earned_judged: number
}

export interface Overview {
  days: number
  from_at: number
  total: Figures
  items: RuleFigures[]
  earning: { least_precision: number; least_judged: number; days: number }
  causes: CauseKind[]
}

export interface Rejected {
  case_id: string
  number: string
  camera_id: string
  rule: string
  zone_id: string | null
  cause: string | null
  word: string | null
  opened_at: number
  judged_at: number
  confidence: number | null
  size_m: number | null
  standing_s: number | null
  picture_evidence_id: string | null
}

export interface RememberedCause {
  id: string
  case_id: string
  camera_id: string
  view_id: string | null
  rule: string
  zone_id: string | null
  cause: string
  word: string
  made_at: number
  until: number | null
  suppressed: number
  last_at: number | null
  last_picture: boolean
  forgotten_at: number | null
  by_look: boolean
  picture_evidence_id: string | null
}

export type ThresholdKey = 'dwell_seconds' | 'size.min_m' | 'size.max_m' | 'hours'

export interface Suggestion {
  key: ThresholdKey
  now: number | string[]
  value: number | string[]
  spared: number
  false: number
  lost: number
  true: number
}

export interface ThresholdChange {
  camera_id: string
  zone_id: string
  rule: string
  key: ThresholdKey
  before: string
  after: string
  spared: number
  lost: number
  at: number
  by_name: string
}

export interface Suggestions {
  zones: { zone_id: string; rule: string; items: Suggestion[] }[]
  changes: ThresholdChange[]
}
