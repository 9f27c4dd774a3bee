/** What the object detector saw at a case's place, from the case's trace. Pure. */
import type { TraceEntry } from '../api/types'

/** `score`: of the surest of them, 0 to 1. */
export interface SeenThings {
  name: string
  count: number
  score: number
}

function thing(value: unknown): [string, number] | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, score } = value as Record<string, unknown>
  return typeof name === 'string' && typeof score === 'number' ? [name, score] : null
}

/** Of the newest detection that was looked at; the surest first, things of one name together. */
export function seenThings(trace: readonly TraceEntry[]): SeenThings[] {
  const told = trace.filter((entry) => Array.isArray(entry.detail['seen_as']))
  const newest = told.reduce<TraceEntry | null>((best, entry) => (best && best.seq >= entry.seq ? best : entry), null)
  const found = new Map<string, SeenThings>()
  for (const value of (newest?.detail['seen_as'] as unknown[] | undefined) ?? []) {
    const [name, score] = thing(value) ?? ['', 0]
    if (!name) continue
    const known = found.get(name)
    found.set(name, { name, count: (known?.count ?? 0) + 1, score: Math.max(known?.score ?? 0, score) })
  }
  return [...found.values()].sort((a, b) => b.score - a.score)
}

/** Under which a name is looked up in the dictionaries. */
export function nameKey(name: string): string {
  return name.toLowerCase().replaceAll(' ', '_')
}
