/** What is counted: as the page's address holds it, and as the server is asked. Pure. */
import type { Measure } from './numbers_types'

export const SPANS = ['7', '30', '90', '365'] as const
export const MEASURES: readonly Measure[] = ['grid', 'km2', 'people']
export const NUMBERS_TABS = ['rank', 'times', 'places', 'patrol'] as const
export type NumbersTab = (typeof NUMBERS_TABS)[number]

/** Every field as it stands in the address; "" where nothing is asked. */
export interface Question {
  /** The last so many days, where no days are given. */
  days: string
  from: string
  to: string
  class: string
  level: string
  source: string
  weekday: string
  hour: string
  edition: string
  per: Measure
}

export const PLAIN: Question = { days: '90', from: '', to: '', class: '', level: '', source: '', weekday: '', hour: '', edition: 'day', per: 'grid' }
const DAY = /^\d{4}-\d{2}-\d{2}$/

export function questionOf(search: string): Question {
  const given = new URLSearchParams(search)
  const question: Question = { ...PLAIN }
  const take = (name: Exclude<keyof Question, 'per'>, fits: (value: string) => boolean): void => {
    const value = given.get(name) ?? ''
    if (value && fits(value)) question[name] = value
  }
  const upTo = (low: number, high: number) => (value: string) => /^\d{1,3}$/.test(value) && Number(value) >= low && Number(value) <= high
  take('days', upTo(1, 365))
  take('from', (value) => DAY.test(value))
  take('to', (value) => DAY.test(value) && question.from !== '' && value >= question.from)
  take('class', (value) => value.length <= 16)
  take('level', upTo(1, 4))
  take('source', (value) => /^[a-z_]{1,16}$/.test(value))
  take('weekday', upTo(0, 6))
  take('hour', upTo(0, 23))
  take('edition', (value) => /^(day|present|first)$/.test(value) || DAY.test(value))
  question.per = MEASURES.find((one) => one === given.get('per')) ?? PLAIN.per
  return question
}

/** For the page's own address: nothing of what is plain. */
export function addressOf(question: Question): string {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(question)) if (value !== PLAIN[name as keyof Question]) words.set(name, value)
  return words.size > 0 ? `?${words}` : ''
}

/** As the routes of the map's numbers take it. `but`: left out. */
export function asked(question: Question, ...but: (keyof Question)[]): URLSearchParams {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(question)) {
    if (value === '' || but.includes(name as keyof Question)) continue
    if (name === 'days' && question.from) continue
    words.set(name, value)
  }
  return words
}

/** The stretch of the calendar a day lies in, up to today: this week from Monday, this month, quarter or year. */
export function calendarSpan(kind: 'week' | 'month' | 'quarter' | 'year', today: string): { from: string; to: string } {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number)
  const begin = new Date(Date.UTC(year, month - 1, day))
  if (kind === 'week') begin.setUTCDate(begin.getUTCDate() - ((begin.getUTCDay() + 6) % 7))
  else begin.setUTCFullYear(year, kind === 'year' ? 0 : kind === 'quarter' ? month - 1 - ((month - 1) % 3) : month - 1, 1)
  return { from: begin.toISOString().slice(0, 10), to: today }
}

export function isNumbersAddress(path: string): boolean {
  return path === '/numbers' || path === '/numbers/out'
}
