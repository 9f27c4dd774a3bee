/** What an import would do, row by row, as lines of a list: a row, and below it its problems. Pure. */
import type { ImportIssue, ImportPreview, ImportRow } from './estate_types'

export type Fate = 'new' | 'changed' | 'unchanged' | 'refused'

export type PreviewLine =
  | { kind: 'row'; key: string; row: ImportRow; fate: Fate; changes: string[] }
  | { kind: 'issue'; key: string; row: ImportRow; issue: ImportIssue }

export type PreviewFilter = Fate | 'problems' | 'all'

export function fateOf(row: ImportRow, changed: ReadonlySet<string>): Fate {
  if (row.issues.some((issue) => issue.level === 'error')) return 'refused'
  if (row.camera) return 'new'
  return row.known_as && changed.has(row.known_as) ? 'changed' : 'unchanged'
}

export function previewLines(preview: ImportPreview, filter: PreviewFilter): PreviewLine[] {
  const changes = new Map<string, string[]>()
  for (const { camera_id, key, value } of preview.changes) {
    const said = typeof value === 'object' && value !== null ? Object.values(value).join(', ') : String(value)
    changes.set(camera_id, [...(changes.get(camera_id) ?? []), `${key} → ${said}`])
  }
  const changed = new Set(changes.keys())
  return preview.rows.flatMap((row): PreviewLine[] => {
    const fate = fateOf(row, changed)
    if (filter === 'problems' ? row.issues.length === 0 : filter !== 'all' && filter !== fate) return []
    const own = fate === 'changed' && row.known_as ? (changes.get(row.known_as) ?? []) : []
    const issues = row.issues.map((issue, index): PreviewLine => ({ kind: 'issue', key: `${row.row}-${index}`, row, issue }))
    return [{ kind: 'row', key: String(row.row), row, fate, changes: own }, ...issues]
  })
}

/** Rows by what becomes of them. */
export function fates(preview: ImportPreview): Record<Fate, number> {
  const { counts } = preview
  return { new: counts.new, changed: counts.changed, unchanged: counts.known - counts.changed, refused: counts.faulty }
}
