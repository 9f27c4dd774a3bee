/** What goes out with triage and a wish for more time, and which of it the trace shows again. */
import type { Case } from '../api/types'

export const LONGER_HOURS = [4, 12, 24, 48, 72, 168] as const

/** That many hours after the deadline, or after now where it has gone by. */
export function extendedUntil(deadline: number | null, now: number, hours: number): number {
  return Math.ceil(Math.max(deadline ?? now, now) + hours * 3600)
}

/** Only what is put right; null where nothing is. */
export function triageDetail(item: Pick<Case, 'case_class' | 'level'>, chosen: string, level: number, note: string): Record<string, string | number> | null {
  const right: Record<string, string | number> = {}
  if (chosen !== item.case_class) right.case_class = chosen
  if (level !== item.level) right.level = level
  if (!Object.keys(right).length) return null
  return note ? { ...right, note } : right
}
