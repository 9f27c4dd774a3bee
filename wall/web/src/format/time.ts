/** Times as operators read them. All arguments are Unix seconds unless named otherwise. */

export interface ClockReading {
  date: string
  time: string
}

export function townClock(at: number, timezone: string, locale: string): ClockReading {
  const date = new Intl.DateTimeFormat(locale, {
    timeZone: timezone,
    month: 'short',
    day: 'numeric',
    weekday: 'short',
  }).format(at * 1000)
  return { date, time: clockTime(at, timezone, true) }
}

/** 24-hour time of day in the town. */
export function clockTime(at: number, timezone: string, seconds = false): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(at * 1000)
}

/** Time of day for today, with the date in front for other days. */
export function momentInTown(at: number, now: number, timezone: string): string {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const time = clockTime(at, timezone, true)
  const date = day.format(at * 1000)
  return date === day.format(now * 1000) ? time : `${date.slice(5)} ${time}`
}

export type SpanUnit = 's' | 'min' | 'h' | 'd'

/** The two largest units of a span of seconds: [[3,'min'],[20,'s']]. */
export function spanParts(seconds: number): [number, SpanUnit][] {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return [[s, 's']]
  if (s < 3600) return s < 600 ? [[Math.floor(s / 60), 'min'], [s % 60, 's']] : [[Math.floor(s / 60), 'min']]
  if (s < 86_400) return [[Math.floor(s / 3600), 'h'], [Math.floor((s % 3600) / 60), 'min']]
  return [[Math.floor(s / 86_400), 'd'], [Math.floor((s % 86_400) / 3600), 'h']]
}

const WORDS: Record<'zh' | 'en', Record<SpanUnit, string>> = {
  zh: { s: '秒', min: '分', h: '小时', d: '天' },
  en: { s: 's', min: 'min', h: 'h', d: 'd' },
}

export function span(seconds: number, language: 'zh' | 'en'): string {
  const glue = language === 'en' ? ' ' : ''
  return spanParts(seconds)
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, unit]) => `${value}${glue}${WORDS[language][unit]}`)
    .join(glue)
}

export type DeadlineState = 'none' | 'ample' | 'soon' | 'overdue'

/** `soon` is the last fifth of the time given, and never less than ten minutes. */
export function deadlineState(openedAt: number, deadlineAt: number | null, now: number): DeadlineState {
  if (deadlineAt === null) return 'none'
  if (now >= deadlineAt) return 'overdue'
  return deadlineAt - now <= Math.max(600, (deadlineAt - openedAt) / 5) ? 'soon' : 'ample'
}

/** An age to a tenth below ten seconds, as written on every tile. */
export function pictureAge(seconds: number, language: 'zh' | 'en'): string {
  const digits = seconds < 10 ? seconds.toFixed(1) : Math.round(seconds).toString()
  return `${digits} ${WORDS[language].s}`
}
