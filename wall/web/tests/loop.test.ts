import { describe, expect, it } from 'vitest'
import { deskActions } from '../src/cases/actions'
import { extendedUntil, triageDetail } from '../src/cases/loop_detail'
import { detailParts } from '../src/cases/trace_text'

const words = { language: 'zh' as const, time: String, span: String, moment: (at: number) => `m${at}`, tier: (n: number) => `t${n}` }

describe('the closed loop on the desk', () => {
  it('asks for more time from the deadline on, or from now where that has gone by', () => {
    expect(extendedUntil(1000, 500, 1)).toBe(4600)
    expect(extendedUntil(1000, 2000.2, 1)).toBe(5601)
    expect(extendedUntil(null, 2000, 4)).toBe(16_400)
  })

  it('sends of a triage only what is put right', () => {
    const item = { case_class: '05-01', level: 2 }
    expect(triageDetail(item, '05-01', 2, 'nothing')).toBeNull()
    expect(triageDetail(item, '05-01', 3, '')).toEqual({ level: 3 })
    expect(triageDetail(item, '01-02', 3, 'a heap')).toEqual({ case_class: '01-02', level: 3, note: 'a heap' })
  })

  it('offers what the server allows, each with its question', () => {
    const offered = deskActions(['supervise', 'triage', 'evaluate', 'grant-extension', 'ask-extension', 'refuse-extension'])
    expect(offered.map(({ action, asks }) => `${action} ${asks}`)).toEqual([
      'grant-extension optional-note',
      'refuse-extension reason',
      'evaluate score',
      'triage class',
      'ask-extension time',
      'supervise reason',
    ])
  })

  it('tells before and after', () => {
    const changed = { level: [2, 3], tier: [2, 3], deadline_at: [10, 20], extension_until: [null, 7], case_class: ['05-01', '01-02'] }
    const detail = { due_at: 20, changed, class_before: { zh: '游商', en: 'stall' }, class_after: { zh: '垃圾', en: 'garbage' } }
    expect(detailParts(detail, words).map(({ key, value }) => `${key}=${value}`)).toEqual([
      'changed_level=2 → 3', 'changed_tier=t2 → t3', 'changed_deadline_at=m10 → m20', 'class_before=游商', 'class_after=垃圾',
    ])
    expect(detailParts({ until: 7, changed: { deadline_at: [null, 9] } }, words).map(({ value }) => value)).toEqual(['– → m9', 'm7'])
    expect(detailParts({ changed: 'nonsense' }, words)).toEqual([])
  })
})
