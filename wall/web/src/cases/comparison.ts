import type { Bilingual, CaseWithTrace, Evidence, TraceEntry } from '../api/types'

/** The picture of the event beside the one that says how the place looks now, and what was found. Pure. */
export interface Comparison {
  before: Shot
  after: Shot
  /** What the camera, then what a person found; the newest last. */
  findings: Finding[]
}

/** `picture` null: there is none, and the time is when it was looked for. */
export interface Shot {
  picture: Evidence | null
  at: number
}

export type Result = 'gone' | 'present' | 'cannot_tell' | 'closed'

export interface Finding {
  result: Result
  by: 'camera' | 'person'
  name: string
  at: number
  /** Why the camera says so; a person's own note. */
  why: Bilingual | string
}

const RESULTS: ReadonlySet<unknown> = new Set(['gone', 'present', 'cannot_tell'])

function isPicture(evidence: Evidence): boolean {
  return evidence.media_type.startsWith('image/')
}

/** Who added each piece of evidence stands in the trace. */
function adders(trace: readonly TraceEntry[]): Map<unknown, TraceEntry> {
  return new Map(trace.filter(({ action }) => action === 'evidence').map((entry) => [entry.detail['evidence_id'], entry]))
}

/** Pictures that people took or marked, the oldest first; without the one the case is shown by. */
export function photosOf(found: Pick<CaseWithTrace, 'trace' | 'evidence' | 'picture_evidence_id'>): Evidence[] {
  const added = adders(found.trace)
  return found.evidence
    .filter((one) => isPicture(one) && one.id !== found.picture_evidence_id && added.get(one.id)?.actor.kind === 'person')
    .sort((a, b) => a.at - b.at)
}

function number(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null
}

function whyOf(detail: Record<string, unknown>): Bilingual | string {
  const why = detail['reason'] ?? detail['note'] ?? ''
  if (typeof why === 'object' && why !== null && 'zh' in why) return why as Bilingual
  return typeof why === 'string' ? why : ''
}

function finding(entry: TraceEntry): Finding {
  const given = entry.detail['result']
  return {
    result: entry.action === 'verify' && RESULTS.has(given) ? (given as Result) : 'closed',
    by: entry.actor.kind === 'camera' ? 'camera' : 'person',
    name: entry.actor.name || entry.actor.id || '',
    at: number(entry.detail['captured_at']) ?? entry.at,
    why: whyOf(entry.detail),
  }
}

/** Verifications since the case was last opened, by camera and by person: the newest of each. */
function verdicts(trace: readonly TraceEntry[]): { camera: TraceEntry | undefined; person: TraceEntry | undefined } {
  const opened = trace.findLastIndex(({ action }) => action === 'reopen')
  const since = trace.slice(opened + 1)
  const camera = since.findLast(({ action, actor }) => action === 'verify' && actor.kind === 'camera')
  const person = since.findLast(({ action, actor }) => (action === 'verify' || action === 'close') && actor.kind === 'person')
  return { camera, person: person && camera && person.seq < camera.seq ? undefined : person }
}

/** The picture a camera added with its answer: it stands right before the answer in the trace. */
function pictureOf(verdict: TraceEntry, found: CaseWithTrace): Evidence | null {
  const before = found.trace.findLast(({ action, actor, seq }) => seq < verdict.seq && !(action === 'evidence' && actor.kind === 'person'))
  const same = before?.action === 'evidence' && before.actor.id === verdict.actor.id
  return (same && found.evidence.find(({ id }) => id === before.detail['evidence_id'])) || null
}

/** Null while nobody has verified the case, and where no picture would stand on either side. */
export function comparisonOf(given: CaseWithTrace): Comparison | null {
  const found = { ...given, trace: [...given.trace].sort((a, b) => a.seq - b.seq) }
  const { camera, person } = verdicts(found.trace)
  const newest = person ?? camera
  if (!newest) return null
  const shown = found.evidence.find((one) => one.id === found.picture_evidence_id && isPicture(one)) ?? null
  const photos = photosOf(found)
  const before = shown ?? photos[0] ?? null
  const after = camera ? pictureOf(camera, found) : (photos.findLast(({ id, at }) => id !== before?.id && at <= newest.at) ?? null)
  if (!before && !after) return null
  const seen = before && adders(found.trace).get(before.id)?.actor.kind === 'camera' ? number(found.trace[0]?.detail['confirmed_at']) : null
  return {
    before: { picture: before, at: seen ?? before?.at ?? found.opened_at },
    after: { picture: after, at: camera ? finding(camera).at : (after?.at ?? newest.at) },
    findings: [camera, person].filter((one) => one !== undefined).map(finding),
  }
}
