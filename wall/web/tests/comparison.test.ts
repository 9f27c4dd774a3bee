import { describe, expect, it } from 'vitest'
import { comparisonOf, photosOf } from '../src/cases/comparison'
import type { CaseWithTrace, Evidence, TraceEntry } from '../src/api/types'

const CAMERA = { kind: 'camera', id: 'east-cam', name: '东相机' } as const
const WORKER = { kind: 'person', id: 'w', name: '张三' } as const
const REASON = { zh: '画面过暗', en: 'too dark' }

let seq = 0
function entry(action: string, actor: TraceEntry['actor'], detail: Record<string, unknown> = {}): TraceEntry {
  seq += 1
  return { seq, at: 1000 + 10 * seq, action, actor, from_state: null, to_state: null, detail, hash: '' }
}

function shown(id: string, actor: TraceEntry['actor']): TraceEntry {
  return entry('evidence', actor, { evidence_id: id })
}

/** A case of these steps, with a picture for every `evidence` among them; the first is the one it is shown by. */
function caseOf(...trace: TraceEntry[]): CaseWithTrace {
  const evidence = trace
    .filter(({ action }) => action === 'evidence')
    .map(({ detail, at }): Evidence => ({ id: String(detail['evidence_id']), kind: 'picture', media_type: 'image/jpeg', caption: '', at }))
  return { trace, evidence, picture_evidence_id: evidence[0]?.id ?? null, opened_at: 900 } as unknown as CaseWithTrace
}

const opened = (): TraceEntry[] => [entry('open', CAMERA, { confirmed_at: 950 }), shown('event', CAMERA)]
const verdict = (result: string, more = {}): TraceEntry[] => [shown(`seen-${result}`, CAMERA), entry('verify', CAMERA, { result, reason: REASON, captured_at: 2000, ...more })]

describe('before and after', () => {
  it.each(['gone', 'present', 'cannot_tell'] as const)('the camera says %s', (result) => {
    const found = comparisonOf(caseOf(...opened(), shown('photo', WORKER), entry('handle', WORKER), ...verdict(result)))
    expect([found?.before.picture?.id, found?.before.at]).toEqual(['event', 950])
    expect([found?.after.picture?.id, found?.after.at]).toEqual([`seen-${result}`, 2000])
    expect(found?.findings).toEqual([{ result, by: 'camera', name: '东相机', at: 2000, why: REASON }])
  })

  it('is nothing before anybody has verified, nor once it was opened again', () => {
    expect(comparisonOf(caseOf(...opened(), shown('photo', WORKER), entry('handle', WORKER)))).toBeNull()
    expect(comparisonOf(caseOf(...opened(), ...verdict('gone'), entry('reopen', CAMERA), shown('again', CAMERA)))).toBeNull()
  })

  it('takes the newest answer, whatever the order of the trace', () => {
    const all = [...opened(), ...verdict('present'), shown('photo', WORKER), entry('handle', WORKER), ...verdict('gone')]
    expect(comparisonOf(caseOf(...all.reverse()))?.after.picture?.id).toBe('seen-gone')
  })

  it('keeps a photo sent between the picture and the answer apart', () => {
    const [picture, said] = verdict('gone') as [TraceEntry, TraceEntry]
    const late = caseOf(...opened(), picture, shown('photo', WORKER), { ...said, seq: said.seq + 1 })
    expect(comparisonOf(late)?.after.picture?.id).toBe('seen-gone')
    expect(photosOf(late).map(({ id }) => id)).toEqual(['photo'])
  })

  it('says why a camera that gave no picture cannot tell, and what a person then decided', () => {
    const unseen = entry('verify', CAMERA, { result: 'cannot_tell', reason: 'camera is not live', captured_at: 0 })
    const found = comparisonOf(caseOf(...opened(), entry('handle', WORKER), unseen, entry('verify', WORKER, { result: 'gone', note: '现场看过' })))
    expect(found?.after.picture).toBeNull()
    expect(found?.after.at).toBe(unseen.at)
    expect(found?.findings.map(({ result, by, why }) => [result, by, why])).toEqual([
      ['cannot_tell', 'camera', 'camera is not live'],
      ['gone', 'person', '现场看过'],
    ])
  })

  it('shows the photos before and after where no camera saw it', () => {
    const byHand = caseOf(entry('open', WORKER), shown('found', WORKER), entry('handle', WORKER), shown('swept', WORKER), entry('close', WORKER, { note: '' }))
    const found = comparisonOf(byHand)
    expect([found?.before.picture?.id, found?.after.picture?.id]).toEqual(['found', 'swept'])
    expect(found?.findings.map(({ result }) => result)).toEqual(['closed'])
  })

  it('is nothing where there is no picture at all', () => {
    expect(comparisonOf(caseOf(entry('open', WORKER), entry('close', WORKER)))).toBeNull()
  })
})
