/** The detail of a trace entry as short label–value pairs; unknown keys are shown as they are. */
export interface DetailPart {
  key: string
  value: string
}

export interface DetailWords {
  language: 'zh' | 'en'
  time(at: number): string
  span(seconds: number): string
  /** With the day, where it is not today. */
  moment(at: number): string
  tier(n: number): string
}

/** Written for machines, or said elsewhere on the same page. */
const SILENT: ReadonlySet<string> = new Set([
  'key', 'object_id', 'box', 'foot', 'location', 'evidence_id', 'evidence', 'sha256', 'worker_id', 'next_worker_id',
  'order_id', 'blobs', 'dome_id', 'phase', 'number', 'case_class', 'level', 'version', 'lon', 'lat',
  'review', 'code', 'due_at', 'post', 'tier', 'changed', 'of', 'of_place', 'duplicate_id', 'duplicate_place', 'objects', 'before', 'seen_as', 'repeat_of', 'repeat_place', 'party_id', 'party_role', 'part', 'filed', 'view_id',
])
const LONGEST = 160
const FINGERPRINT = /^[0-9a-f]{64}$/

function plain(key: string, value: unknown, words: DetailWords): string | null {
  if (value === null || value === undefined || value === '') return null
  // How a citizen finds his own report again is his alone.
  if (key === 'reference' && FINGERPRINT.test(String(value))) return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (typeof value === 'number') {
    if (key === 'until' || key === 'deadline_at') return words.moment(value)
    if (key.endsWith('_at')) return words.time(value)
    if (/_seconds$|_travel_s$/.test(key)) return words.span(value)
    if (key === 'confidence' || key === 'repeat_likeness') return `${Math.round(value * 100)} %`
    return String(Math.round(value * 100) / 100)
  }
  if (Array.isArray(value) && value.length <= 4 && value.every((part) => typeof part === 'number')) {
    return value.map((part: number) => String(Math.round(part * 10) / 10)).join(' × ') + (key.endsWith('_m') ? ' m' : '')
  }
  if (typeof value === 'object' && 'zh' in value) {
    return plain(key, (value as Record<string, unknown>)[words.language], words)
  }
  return null
}

/** What a step changed besides the state: [before, after] by name; the class is told by its names elsewhere. */
function changedParts(changed: unknown, words: DetailWords): DetailPart[] {
  const shown = { level: String, tier: words.tier, deadline_at: words.moment }
  const pairs = (typeof changed === 'object' && changed !== null ? changed : {}) as Record<string, unknown>
  return Object.entries(shown).flatMap(([key, said]) => {
    const pair = pairs[key]
    if (!Array.isArray(pair) || pair.length !== 2) return []
    const [before, after] = pair.map((one: unknown) => (typeof one === 'number' ? said(one) : '–'))
    return [{ key: `changed_${key}`, value: `${before} → ${after}` }]
  })
}

export function detailParts(detail: Record<string, unknown>, words: DetailWords): DetailPart[] {
  const parts = changedParts(detail.changed, words)
  for (const [key, value] of Object.entries(detail)) {
    if (SILENT.has(key)) continue
    const text = plain(key, value, words)
    if (text !== null) parts.push({ key, value: text.length > LONGEST ? text.slice(0, LONGEST - 1) + '…' : text })
  }
  return parts
}
