/** What the server tells of the registers. */
import type { Bilingual, Case } from '../api/types'

export type PartyKind = 'vendor' | 'firm'
export const MEASURES = ['told', 'warned', 'held', 'fined', 'handed_over', 'other'] as const
export type Measure = (typeof MEASURES)[number]
export const ORDERS = ['days_30', 'days_90', 'days_365', 'name', 'newest'] as const
export type Order = (typeof ORDERS)[number]

export interface Party {
  id: string
  kind: PartyKind
  name: string
  phone: string
  plate: string
  trade: string
  note: string
  id_shown: string
  area: string | null
  area_name: string | null
  photo_evidence_id: string | null
  made_at: number
  version: number
  anonymous: boolean
  counts: { days_30: number; days_90: number; days_365: number; total: number; last_at: number | null }
}

export interface RecordEntry {
  case_id: string
  number: string
  case_class: string
  class_name: Bilingual
  state: string
  opened_at: number
  area_name: string
  address: string
  role: string
  measure: Measure | null
  note: string
  at: number
  by_name: string
  picture_evidence_id: string | null
}

export interface LogEntry {
  at: number
  action: string
  by_name: string
  case_id: string | null
  detail: Record<string, unknown>
}

export interface PartyDetail {
  party: Party
  record: RecordEntry[]
  log: LogEntry[]
  may_edit: boolean
}

export interface Proposal {
  nth: number
  within_days: number
  measure: Measure
  level: number | null
  basis: RecordEntry[]
}

export interface PartyInCase {
  party: Party
  role: string
  measure: Measure | null
  note: string
  at: number
  by_name: string
  proposal: Proposal | null
  record: RecordEntry[]
}

export interface History {
  place: { near_m: number | null; days: number; total: number; same_class: number; items: Case[] }
  parties: PartyInCase[]
  may_see_parties: boolean
  may_edit: boolean
}

export interface Suggested {
  party: Party
  reason: 'repeat' | 'place' | 'text'
}

export interface Spot {
  lon: number
  lat: number
  case_class: string
  class_name: Bilingual
  n: number
  days_30: number
  first_at: number
  last: Case
}

/** What a person types of a party. */
export interface PartyDraft {
  kind: PartyKind
  name: string
  area: string
  phone: string
  plate: string
  trade: string
  note: string
  id_number: string
}
