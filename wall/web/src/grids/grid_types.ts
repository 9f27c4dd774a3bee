/** The grids' editions and files that may become one, as the server tells them. */
import type { Bilingual } from '../api/types'

export interface Edition {
  first_day: string | null
  grids: number | null
  source: string
  system: string
  taken_by: string
  taken_at: number | null
  present: boolean
  coming: boolean
}

export interface Person {
  account: string
  name: string
  username: string
  role: string
  grid: string
  grid_name: string
}

export interface Editions {
  items: Edition[]
  problem: Bilingual | null
  people: Person[]
}

export type Spot = [number, number]

export interface Problem {
  fault: string
  error: boolean
  features: string[]
  text: string
  place: Spot | null
  size_m2: number | null
  width_m: number | null
}

export interface Mended {
  feature: string
  text: string
  place: Spot | null
  gained_m2: number
  lost_m2: number
}

export type What = 'new' | 'gone' | 'redrawn' | 'moved'

export interface Changed {
  code: string
  name: string
  what: What
  km2_before: number | null
  km2: number | null
  parts: [string, number][]
  place: Spot
}

export interface Choice {
  system: string
  name: string
  inside: number | null
  road_m: number | null
}

export interface GridPreview {
  id: string
  form: string
  columns: Record<string, string>
  headings: { name: string; sample: string }[]
  coordinates: { system: string; how: string; said: string; choices: Choice[] }
  warnings: string[]
  counts: { grids: number; errors: number; problems: number; mended: number }
  by_fault: Record<string, number>
  problems: Problem[]
  mended: Mended[]
  changes: Record<'new' | 'gone' | 'redrawn', string[]>
  changed: Changed[]
  people: Person[]
}

export const FIELDS = ['code', 'name', 'village', 'kind', 'population', 'name_en'] as const
export type Field = (typeof FIELDS)[number]

export interface Options {
  coordinates: string
  layer: string
  mend: boolean
  snap_m: number
  gap_m: number
  /** Our field → the file's heading, "" for none; only those chosen by hand. */
  columns: Partial<Record<Field, string>>
}

export function untouched(): Options {
  return { coordinates: '', layer: '', mend: false, snap_m: 0.5, gap_m: 20, columns: {} }
}

export function isGridsAddress(path: string): boolean {
  return path === '/grids'
}

/** What is sent for a preview. */
export function formOf(files: readonly File[], options: Options): FormData {
  const form = new FormData()
  for (const file of files) form.append('file', file, file.name)
  form.set('coordinates', options.coordinates)
  form.set('layer', options.layer)
  form.set('mend', String(options.mend))
  form.set('snap_m', String(options.snap_m))
  form.set('gap_m', String(options.gap_m))
  if (Object.keys(options.columns).length) form.set('columns', JSON.stringify(options.columns))
  return form
}

/** The day it is in the town, as a date field has it. */
export function dayIn(timezone: string, now: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)
}
