import { t } from './language'

/** What a deadline says to somebody in the street. */
export function dueText(deadline: number | null, now: number): string {
  if (deadline === null) return ''
  const left = deadline - now
  if (left <= 0) return t('overdue')
  if (left > 48 * 3600) return t('left', { time: t('days', { n: Math.round(left / 86_400) }) })
  const time = left < 5400 ? t('minutes', { n: Math.max(1, Math.round(left / 60)) }) : t('hours', { n: Math.round(left / 3600) })
  return t('left', { time })
}
