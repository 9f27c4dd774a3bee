import { describe, expect, it } from 'vitest'
import type { Case, CaseState } from '../src/api/types'
import { deskActions, stepsDone } from '../src/cases/actions'
import { isOverdue, newer, selectCases } from '../src/cases/order'
import { detailParts } from '../src/cases/trace_text'

function made(number: string, state: CaseState, openedAt: number, more: Partial<Case> = {}): Case {
  return {
    id: number, number, state, case_class: '05-01', class_name: { zh: '无照经营游商', en: 'Unlicensed vendor' }, level: 2,
    title: { zh: '流动摊点', en: 'Street stall' }, source: 'camera', camera_id: 'qd-1', zone_id: null, lon: 120, lat: 30,
    error_m: 1, area: '33', area_name: '北门', grid: '33-1', grid_name: '第一网格', address: '', opened_at: openedAt,
    updated_at: openedAt, deadline_at: null, closed_at: null, resolution: null, needs_person: false, reworks: 0,
    assignee: null, sightings: 1, last_seen_at: null, gone_at: null, picture_evidence_id: null, clip_evidence_id: null,
    version: 1, ...more,
  }
}

describe('the case list', () => {
  const cases = [
    made('1', 'closed', 500),
    made('2', 'filed', 100),
    made('3', 'review', 300),
    made('4', 'arrived', 200, { assignee: { id: 'w', name: '王金莲' } }),
    made('5', 'invalid', 50),
    made('6', 'handled', 300),
  ]
  const numbers = (found: Case[]): string => found.map((item) => item.number).join('')

  it('shows open cases first, newest first, ties by number', () => {
    expect(numbers(selectCases(cases, 'all', ''))).toBe('634215')
  })

  it.each([
    ['open', '6342'],
    ['review', '3'],
    ['waiting', '2'],
    ['underway', '4'],
    ['to-verify', '6'],
    ['ended', '15'],
  ] as const)('filter %s', (filter, expected) => {
    expect(numbers(selectCases(cases, filter, ''))).toBe(expected)
  })

  it.each([
    ['the assignee', '王金', '4'],
    ['English, any case', 'STREET stall', '634215'],
    ['words that do not all occur', 'street 王金莲 nowhere', ''],
  ])('search by %s', (_, text, expected) => {
    expect(numbers(selectCases(cases, 'all', text))).toBe(expected)
  })

  it('counts only open cases as overdue', () => {
    expect(isOverdue(made('1', 'filed', 0, { deadline_at: 10 }), 11)).toBe(true)
    expect(isOverdue(made('1', 'filed', 0, { deadline_at: 10 }), 10)).toBe(false)
    expect(isOverdue(made('1', 'closed', 0, { deadline_at: 10 }), 11)).toBe(false)
    expect(isOverdue(made('1', 'filed', 0), 11)).toBe(false)
  })

  it('never lets an older version replace a newer one', () => {
    const old = made('1', 'filed', 0, { version: 3 })
    const young = made('1', 'assigned', 0, { version: 4 })
    expect(newer(young, old)).toBe(young)
    expect(newer(old, young)).toBe(young)
    expect(newer(undefined, old)).toBe(old)
  })

  it('handles five thousand cases', () => {
    const many = Array.from({ length: 5000 }, (_, i) => made(String(i).padStart(5, '0'), i % 3 ? 'filed' : 'closed', i))
    const found = selectCases(many, 'all', '')
    expect(found).toHaveLength(5000)
    expect(found[0]?.number).toBe('04999')
    expect(found.at(-1)?.number).toBe('00000')
  })
})

describe('what the desk is offered', () => {
  it('is what the server allows, in the order of the buttons', () => {
    expect(deskActions(['strike-out', 'comment', 'assign', 'close']).map(({ action }) => action)).toEqual(['close', 'strike-out'])
    expect(deskActions([])).toEqual([])
  })

  it.each([
    ['review', 0],
    ['filed', 1],
    ['arrived', 4],
    ['closed', 6],
    ['invalid', 0],
  ] as const)('a case that is %s has done %i steps', (state, steps) => {
    expect(stepsDone(state)).toBe(steps)
  })
})

describe('the detail of a trace entry', () => {
  const words = { language: 'en' as const, time: (at: number) => `time ${at}`, span: (s: number) => `span ${s}`, moment: (at: number) => `moment ${at}`, tier: (n: number) => `tier ${n}` }
  it.each([
    ['text as it is', { note: 'cleared' }, ['note=cleared']],
    ['times', { first_seen_at: 12 }, ['first_seen_at=time 12']],
    ['spans', { waited_seconds: 60 }, ['waited_seconds=span 60']],
    ['a time by road', { next_travel_s: 240 }, ['next_travel_s=span 240']],
    ['a deadline with its day', { deadline_at: 12 }, ['deadline_at=moment 12']],
    ['sizes', { size_m: [1.93, 1.6] }, ['size_m=1.9 × 1.6 m']],
    ['confidence in per cent', { confidence: 0.824 }, ['confidence=82 %']],
    ['the language asked for', { reason: { zh: '近', en: 'near' } }, ['reason=near']],
    ['nothing meant for machines', { object_id: 'x', box: [1, 2, 3, 4], key: 'k', empty: '', none: null }, []],
    ['what it does not know', { strange: true, deep: { a: 1 } }, ['strange=✓']],
  ])('shows %s', (_, detail, expected) => {
    expect(detailParts(detail, words).map(({ key, value }) => `${key}=${value}`)).toEqual(expected)
  })

  it('cuts what is endless', () => {
    expect(detailParts({ note: 'x'.repeat(5000) }, words)[0]?.value).toHaveLength(160)
  })
})
