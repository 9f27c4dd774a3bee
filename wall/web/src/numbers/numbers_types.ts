/** What the server answers of the map's numbers. Snake case as it comes. */
import type { Bilingual } from '../api/types'

export type Measure = 'grid' | 'km2' | 'people'
export type Heat = 'hot' | 'cold'
export type Week = number[][]

/** What grids and the areas above them have in common. */
export interface Counted {
  name: string
  name_en: string
  cases: number
  before: number
  km2: number
  population: number | null
  per_km2: number
  per_1000: number | null
}

export interface GridNumbers extends Counted {
  grid: string
  village: string
  edition: string | null
  z: number | null
  q: number | null
  heat: Heat | null
  words: Bilingual
}

export interface AreaNumbers extends Counted {
  area: string
  level: string
  parent: string | null
  grids: number
  hot: number
}

export interface Statistics {
  from_at: number
  to_at: number
  days: number
  per: Measure
  edition: string
  editions: (string | null)[]
  complete: boolean
  total: number
  elsewhere: number
  told: Bilingual
  grids: GridNumbers[]
  areas: AreaNumbers[]
  week: Week
}

export interface MonthNumbers {
  month: string
  cases: number
  year_before: number
}

export interface History {
  week: Week
  months: MonthNumbers[]
}

export interface PatrolRound {
  grid: string
  name: string
  lon: number
  lat: number
  hours: [number, number]
  weekdays: number[]
  why: Bilingual
}

export interface Edition {
  first_day: string | null
  grids: number | null
  source: string
  present: boolean
}

/** The value a grid or an area is shaded and ranked by; null where nobody, or nobody known, lives there. */
export function valueOf(one: Counted, measure: Measure): number | null {
  return measure === 'grid' ? one.cases : measure === 'km2' ? one.per_km2 : one.per_1000
}
