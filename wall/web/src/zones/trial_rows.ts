/** What a trial found, as lines of a list: what would be raised first. Pure. */
import type { Outcome, Reason, TrialAnswer } from './zone_types'

export type Tone = 'now' | 'later' | 'no'

export interface TrialRow {
  tone: Tone
  zone: string
  rule: string
  box: [number, number, number, number] | null
  /** Number of the trial's picture it is to be seen in; null: the last one. */
  picture: number | null
  /** Seconds into a clip. */
  at: number | null
  size: string
  reasons: Reason[]
  stood: number | null
  gone: number | null
  outside: boolean
}

const ORDER: Record<Tone, number> = { now: 0, later: 1, no: 2 }

export function rowsOf({ found, result }: TrialAnswer): TrialRow[] {
  const told = found.map<TrialRow>((one) => ({
    ...EMPTY,
    tone: 'now',
    zone: one.zone,
    rule: one.rule,
    box: one.box,
    picture: one.picture,
    at: one.at,
    size: sizeText(one.size_m),
    stood: one.stood_seconds,
    gone: one.gone_at,
  }))
  const raised = new Set(found.map(({ id }) => id))
  const things = (result?.things ?? [])
    .filter(({ id }) => !raised.has(id))
    .flatMap<TrialRow>(({ box, size_m: size, outcomes }) =>
      outcomes.length === 0
        ? [{ ...EMPTY, box, size: sizeText(size), outside: true }]
        : outcomes.map((outcome) => ({ ...ofOutcome(outcome), box, size: sizeText(size) })),
    )
  const areas = (result?.areas ?? []).map(ofOutcome)
  const known = [...things, ...areas].sort((a, b) => ORDER[a.tone] - ORDER[b.tone])
  return [...told, ...known]
}

/** 75 → 1:15. */
export function shortTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

const EMPTY: TrialRow = { tone: 'no', zone: '', rule: '', box: null, picture: null, at: null, size: '', reasons: [], stood: null, gone: null, outside: false }

function ofOutcome(outcome: Outcome): TrialRow {
  return { ...EMPTY, tone: outcome.result, zone: outcome.zone, rule: outcome.rule, reasons: outcome.reasons }
}

function sizeText(size: readonly [number, number] | null): string {
  return size ? `${size[0].toFixed(1)} × ${size[1].toFixed(1)} m` : ''
}
