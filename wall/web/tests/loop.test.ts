import { atInTown, placeOf } from '../src/cases/typed_order'
import { describe, expect, it } from 'vitest'
import { deskActions } from '../src/cases/actions'
import { fittingPosts, postsToAsk } from '../src/cases/post_choice'
import { extendedUntil, triageDetail } from '../src/cases/loop_detail'
import { detailParts } from '../src/cases/trace_text'

const words = { language: 'zh' as const, time: String, span: String, moment: (at: number) => `m${at}`, tier: (n: number) => `t${n}` }

describe('an order that is typed in', () => {
  it('reads a place, or says that it cannot', () => {
    expect(placeOf(' 120.48231，30.08125 ')).toEqual({ lon: 120.48231, lat: 30.08125 })
    expect(placeOf('')).toBeNull()
    for (const wrong of ['30.08', '200, 30', '120, 95', 'here']) expect(placeOf(wrong), wrong).toBe('unreadable')
  })

  it('takes its deadline by the clocks of the town', () => {
    expect(atInTown('2026-11-23T18:00', 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 23, 10) / 1000)
    expect(atInTown('2026-03-29T12:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 10) / 1000)
  })
})

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

describe('posts', () => {
  const post = (id: string, tier: 'town' | 'district', platform: string | null) => ({ id, name: { zh: id, en: id }, tier, platform, area: null })
  const posts = [post('z-district', 'district', null), post('market', 'town', 'market-supervision'), post('office', 'town', null), post('law', 'town', 'law-enforcement')]

  it('offers those of the platform first, the district last', () => {
    expect(fittingPosts(posts, 'law-enforcement').map(({ id }) => id)).toEqual(['law', 'office', 'market', 'z-district'])
  })

  it('asks neither the one that leads nor one that is at its part', () => {
    const part = { wanted: '', asked_at: 0, accepted_at: null, ended_at: null, by: null, note: '', actions: [] }
    const parts = [{ ...part, post: 'market', state: 'accepted' as const }, { ...part, post: 'office', state: 'withdrawn' as const }]
    expect([...postsToAsk({ post: 'law', parts }, posts)].sort()).toEqual(['office', 'z-district'])
  })

  it('offers the steps of a post only where a post holds the case', () => {
    const allowed = ['accept', 'handle', 'return', 'close'] as const
    expect(deskActions(allowed).map(({ action }) => action)).toEqual(['close'])
    expect(deskActions(allowed, true).map(({ action }) => action)).toEqual(['accept', 'handle', 'return', 'close'])
  })

  it('tells where a case was sent and why', () => {
    const detail = { post: 'law', tier: 3, post_name: { zh: '综合执法', en: 'law' }, why: { zh: '三级:自动派至综合执法', en: 'level 3' }, changed: { post: [null, 'law'] } }
    expect(detailParts(detail, words).map(({ key, value }) => `${key}=${value}`)).toEqual(['post_name=综合执法', 'why=三级:自动派至综合执法'])
  })
})
