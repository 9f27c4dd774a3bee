/** What the form asks of a zone: a new key of a zone is a new line here, and words in `i18n/zones.ts`. Pure. */
import type { ZoneValues } from './zone_types'

export type FieldKind = 'hours' | 'number' | 'range' | 'choice' | 'tick'

export interface Field {
  key: string
  kind: FieldKind
  /** Only zones of these rules have it. */
  rules?: readonly string[]
  min?: number
  max?: number
  step?: number
  unit?: 's' | 'm' | 'h'
  choices?: readonly (number | string | boolean)[]
}

const THINGS = ['stall', 'dumping', 'parking', 'pile'] as const

export const FIELDS: readonly Field[] = [
  { key: 'hours', kind: 'hours' },
  { key: 'dwell_seconds', kind: 'number', min: 1, max: 86_400, step: 1, unit: 's' },
  { key: 'size', kind: 'range', rules: THINGS, min: 0, max: 100, step: 0.1, unit: 'm' },
  { key: 'people', kind: 'number', rules: ['crowd'], min: 3, max: 1000, step: 1 },
  { key: 'full_share', kind: 'number', rules: ['occupancy'], min: 0.3, max: 1, step: 0.05 },
  { key: 'empty_share', kind: 'number', rules: ['occupancy'], min: 0, max: 0.7, step: 0.05 },
  { key: 'learning_hours', kind: 'number', rules: ['occupancy'], min: 0, max: 336, step: 1, unit: 'h' },
  { key: 'level', kind: 'choice', choices: [1, 2, 3, 4] },
  { key: 'opens_case', kind: 'choice', choices: [true, 'earned', false] },
]

/** The class a rule's cases usually have. */
export const USUAL_CLASS: Record<string, string> = { stall: '05-01', dumping: '01-03', parking: '05-05', pile: '05-07' }

/** The fields a rule's zones have. Keys the server knows and this page does not are shown as what they are. */
export function fieldsOf(rule: string, usual: ZoneValues): Field[] {
  const known = FIELDS.filter((field) => field.key in usual && (!field.rules || field.rules.includes(rule)))
  const named = new Set(FIELDS.map((field) => field.key))
  const others = Object.entries(usual)
    .filter(([key]) => !named.has(key))
    .flatMap<Field>(([key, value]) =>
      typeof value === 'number' ? [{ key, kind: 'number', step: 0.01 }] : typeof value === 'boolean' ? [{ key, kind: 'tick' }] : [],
    )
  return [...known, ...others]
}

/** What holds for a key, said by the zone or by its rule. */
export function valueOf(zone: ZoneValues, usual: ZoneValues, key: string): unknown {
  return zone[key] ?? usual[key]
}

/** The zone with another value; what its rule has anyway is left out. */
export function withValue(zone: ZoneValues, usual: ZoneValues, key: string, value: unknown): ZoneValues {
  const { [key]: _, ...rest } = zone
  return value === undefined || JSON.stringify(value) === JSON.stringify(usual[key]) ? rest : { ...rest, [key]: value }
}

/** A free name such as `stall-2`. */
export function freeId(rule: string, taken: readonly string[]): string {
  const stem = rule.replaceAll('_', '-')
  let number = 1
  while (taken.includes(`${stem}-${number}`)) number += 1
  return `${stem}-${number}`
}

/** 6：00至22：00 as 06:00-22:00. */
export function hoursAsTyped(text: string): string {
  const [begins = '', ends = ''] = text.trim().replaceAll('：', ':').split(/\s*[-–—~～至到]\s*/)
  const two = (time: string): string => (/^\d:/.test(time) ? `0${time}` : time)
  return ends ? `${two(begins)}-${two(ends)}` : text.trim()
}
