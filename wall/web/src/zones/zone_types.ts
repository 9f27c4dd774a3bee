/** As the server says it: docs/api.md, the estate. */
import type { Bilingual } from '../api/types'
import type { Point } from './polygon'

export type ZoneValues = Record<string, unknown>

export interface ZonesAnswer {
  camera: string
  name: string
  name_en: string
  view: string | null
  views: { id: string; zh: string; en: string; preset: string | null }[]
  standing: boolean
  zones: { zone: ZoneValues; shown: Point[] | null; problem: string }[]
  version: string
  rules: Record<string, ZoneValues>
  has_ground: boolean
  enabled: boolean
  width: number | null
  height: number | null
}

export interface Raster {
  lines: { points: Point[]; step_m: number; metres: number | null }[]
  rows: number
  columns: number
  person: (number | null)[]
  metre: (number | null)[]
  metres: (number | null)[]
}

export interface Reason extends Bilingual {
  code: string
}

export interface Outcome {
  zone: string
  rule: string
  result: 'now' | 'later' | 'no'
  in_seconds: number
  confidence: number
  reasons: Reason[]
}

export interface TriedThing {
  id: string
  box: [number, number, number, number]
  first_seen_at: number
  size_m: [number, number] | null
  told: boolean
  outcomes: Outcome[]
}

export interface Found {
  id: string
  zone: string
  rule: string
  at: number
  stood_seconds: number
  gone_at: number | null
  box: [number, number, number, number]
  size_m: [number, number] | null
  confidence: number
  picture: number
}

export type TrialState = 'waiting' | 'uploading' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface TrialAnswer {
  id: string
  camera: string
  view: string | null
  state: TrialState
  problem: Bilingual | null
  clip: { width: number; height: number; seconds: number; key_seconds: number } | null
  at: number
  found: Found[]
  result: {
    learnt: boolean
    watched?: boolean
    captured_at?: number
    from_at?: number
    things: TriedThing[]
    areas: Outcome[]
    unseen: string[]
  } | null
  pictures: number
}
