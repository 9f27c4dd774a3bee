/** How a repeat is said. Pure. */

const SUFFIX: Record<string, string> = { one: 'st', two: 'nd', few: 'rd' }
const ENGLISH = new Intl.PluralRules('en', { type: 'ordinal' })

/** 4 → "4" in Chinese (第 4 次), "4th" in English. */
export function nth(ordinal: number, language: 'zh' | 'en'): string {
  return language === 'zh' ? String(ordinal) : `${ordinal}${SUFFIX[ENGLISH.select(ordinal)] ?? 'th'}`
}

/** Day and month in the town; with the year where it is another. */
export function dayInTown(at: number, now: number, timezone: string, locale: string): string {
  const year = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric' })
  const other = year.format(at * 1000) !== year.format(now * 1000)
  const parts = { timeZone: timezone, month: 'short', day: 'numeric' } as const
  return new Intl.DateTimeFormat(locale, other ? { ...parts, year: 'numeric' } : parts).format(at * 1000)
}

/** 0.834 → 83; never 100 for what is not the same to the last bit. */
export function percentAlike(likeness: number): number {
  return Math.min(likeness < 1 ? 99 : 100, Math.round(likeness * 100))
}
