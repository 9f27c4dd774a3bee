import { describe, expect, it } from 'vitest'
import type { Area } from '../src/api/types'
import { type Account, areaTree, auditWords, filterPeople, isAdminAddress, liesIn, localOf, momentOf, sectionOf, standingOf } from '../src/admin/admin_people'

const area = (code: string, parent: string | null, name: string): Area => ({ code, parent, level: 'x', name, name_en: '' })
const AREAS = [area('qx', null, '清溪镇'), area('a', 'qx', '东村'), area('a1', 'a', '东村一网格'), area('b', 'qx', '西村')]
const BY_CODE = new Map(AREAS.map((one) => [one.code, one]))
const NOW = 1_790_000_000

function person(name: string, more: Partial<Account> = {}): Account {
  return { id: name, username: name.toLowerCase(), name, enabled: true, created_at: 0, roles: [{ role: 'operator', area: 'a', area_name: '东村' }], post: null, leaves_at: null, seen_at: null, ...more }
}

const ALL = { text: '', role: '', area: '', ended: false }

describe('people', () => {
  const people = [
    person('Wang', { roles: [{ role: 'grid_worker', area: 'a1', area_name: '东村一网格' }] }),
    person('Li', { post: 'zhifa', roles: [{ role: 'post_staff', area: 'qx', area_name: '清溪镇' }] }),
    person('Gone', { enabled: false }),
    person('Left', { leaves_at: NOW - 1 }),
    person('Leaves', { leaves_at: NOW + 1 }),
    person('Wall', { roles: [{ role: 'display', area: 'a', area_name: '东村' }] }),
  ]
  const names = (wanted: Partial<typeof ALL>): string[] => filterPeople(people, { ...ALL, ...wanted }, BY_CODE, NOW).map((one) => one.name)

  it('are listed by name, without displays and those who have left', () => {
    expect(names({})).toEqual(['Leaves', 'Li', 'Wang'])
    expect(names({ ended: true })).toEqual(['Gone', 'Leaves', 'Left', 'Li', 'Wang'])
  })

  it('are found by words, role and area', () => {
    expect(names({ text: 'ZHIFA li' })).toEqual(['Li'])
    expect(names({ text: '一网格' })).toEqual(['Wang'])
    expect(names({ role: 'operator' })).toEqual(['Leaves'])
    expect(names({ area: 'a' })).toEqual(['Leaves', 'Wang'])
    expect(names({ area: 'b' })).toEqual([])
  })

  it('are in, about to leave, or ended', () => {
    expect(people.map((one) => standingOf(one, NOW))).toEqual(['active', 'active', 'ended', 'ended', 'leaving', 'active'])
  })

  it('are two thousand in a moment', () => {
    const many = Array.from({ length: 2000 }, (_, n) => person(`P${n}`))
    expect(filterPeople(many, { ...ALL, text: 'p1999' }, BY_CODE, NOW)).toHaveLength(1)
  })
})

describe('areas', () => {
  it('are a tree from the top down, also where the top is out of sight', () => {
    expect(areaTree(AREAS).map(({ area, depth }) => [area.code, depth])).toEqual([['qx', 0], ['a', 1], ['a1', 2], ['b', 1]])
    expect(areaTree(AREAS.slice(1)).map(({ depth }) => depth)).toEqual([0, 1, 0])
  })

  it('end in a ring as they do in a line', () => {
    const ring = new Map([['x', area('x', 'y', 'x')], ['y', area('y', 'x', 'y')]])
    expect(liesIn('x', 'z', ring)).toBe(false)
    expect(areaTree([...ring.values()])).toEqual([])
  })
})

describe('words', () => {
  it('go through the date field and back', () => {
    expect(momentOf(localOf(NOW))).toBe(Math.floor(NOW / 60) * 60)
    expect(momentOf('')).toBeNull()
    expect(momentOf('nonsense')).toBeNull()
    expect(localOf(null)).toBe('')
  })

  it('name only what is asked for', () => {
    const words = auditWords({ kind: 'look', how: '', camera: 'a b', account: '', area: '', from: localOf(NOW), to: '' })
    expect([...words.keys()]).toEqual(['kind', 'camera', 'from'])
    expect(words.get('camera')).toBe('a b')
  })

  it('say which page', () => {
    expect([isAdminAddress('/admin'), isAdminAddress('/admin/audit'), isAdminAddress('/administrator')]).toEqual([true, true, false])
    expect([sectionOf('/admin'), sectionOf('/admin/audit')]).toEqual(['people', 'audit'])
  })
})
