/** The result of a check as rows: for the list, and for a spreadsheet. Pure. */
import type { Cell } from './csv_text'
import type { CameraCheck, Finding, StreamCheck } from './estate_types'
import { pictureText } from './estate_rows'

export type CheckLine = { kind: 'camera'; key: string; check: CameraCheck } | { kind: 'finding'; key: string; check: CameraCheck; finding: Finding }

const ORDER = { error: 0, warning: 1, good: 2 }

/** Worst first, each with what was found below it. */
export function checkLines(checks: Iterable<CameraCheck>, onlyProblems: boolean): CheckLine[] {
  const wanted = [...checks].filter((check) => !onlyProblems || check.verdict !== 'good')
  wanted.sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict] || (a.id < b.id ? -1 : 1))
  return wanted.flatMap((check): CheckLine[] => [
    { kind: 'camera', key: check.id, check },
    ...check.findings.map((finding, index): CheckLine => ({ kind: 'finding', key: `${check.id}/${index}`, check, finding })),
  ])
}

/** Seconds between key frames: 2.0, or 1.0–8.2 where they come unevenly. */
export function gopText(stream: StreamCheck | undefined): string {
  const gops = stream?.gop_s ?? []
  if (gops.length === 0) return ''
  const [least, most] = [Math.min(...gops), Math.max(...gops)]
  return most - least < 0.15 ? `${most.toFixed(1)} s` : `${least.toFixed(1)}–${most.toFixed(1)} s`
}

export function clockText(offset: number | null | undefined): string {
  if (offset === null || offset === undefined) return ''
  return `${offset > 0 ? '+' : ''}${Math.abs(offset) < 10 ? offset.toFixed(1) : Math.round(offset)} s`
}

export function streamText(stream: StreamCheck | undefined): string {
  return stream ? pictureText(stream.codec, stream.width, stream.height) : ''
}

export interface CheckWords {
  headings: string[]
  verdict: (check: CameraCheck) => string
  outcome: (outcome: string) => string
  finding: (finding: Finding) => string
}

export function checkTable(checks: Iterable<CameraCheck>, words: CheckWords): Cell[][] {
  const side = (stream: StreamCheck | undefined): Cell[] => [stream ? words.outcome(stream.outcome) : '', streamText(stream), stream?.kbps, gopText(stream)]
  return [
    words.headings,
    ...[...checks].map((check) => [
      check.id,
      check.name,
      words.verdict(check),
      ...side(check.streams.sub),
      ...side(check.streams.main),
      [check.device?.manufacturer, check.device?.model].filter(Boolean).join(' '),
      check.device?.firmware,
      check.device?.clock_offset_s,
      check.findings.map(words.finding).join('; '),
    ]),
  ]
}
