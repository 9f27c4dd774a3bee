import { describe, expect, it } from 'vitest'
import type { TraceEntry } from '../src/api/types'
import type { Readings } from '../src/find/readings'
import { exportAddress, isRegistersAddress, registerAddressOf, registerTabOf } from '../src/registers/address'
import { fitting, searchedParties } from '../src/registers/party_search'
import type { Party } from '../src/registers/register_types'
import { remindedSince, wordsOf } from '../src/village/spoken'

const READ: Record<string, string[]> = { 王: ['wang'], 小: ['xiao'], 二: ['er'], 赵: ['zhao'], 六: ['liu', 'lu'] }
const readings: Readings = (character) => READ[character] ?? []
const counts = { days_30: 0, days_90: 0, days_365: 0, total: 0, last_at: null }

function party(name: string, plate = '', phone = ''): Party {
  return {
    id: name, kind: 'vendor', name, phone, plate, trade: '', note: '', id_shown: '', area: null, area_name: null,
    photo_evidence_id: null, made_at: 0, version: 1, anonymous: false, counts,
  }
}

describe('finding a party', () => {
  const all = searchedParties([party('王小二', '浙D12345', '138****5678'), party('赵六', '', '137****0001')], readings)
  it.each([
    ['小二', ['王小二']],
    ['wxe', ['王小二']],
    ['zl', ['赵六']],
    ['d123', ['王小二']],
    ['5678', ['王小二']],
    ['78', []],
    ['wxe 赵', []],
    ['', ['王小二', '赵六']],
  ])('%s', (query, names) => {
    expect(fitting(all, query).map(({ name }) => name)).toEqual(names)
  })
})

it('every tab has an address', () => {
  expect(['/registers', '/registers/firms', '/registers/places', '/registersx'].map((path) => [isRegistersAddress(path), registerTabOf(path)])).toEqual([
    [true, 'vendors'], [true, 'firms'], [true, 'places'], [false, 'vendors'],
  ])
  expect(registerAddressOf('firms')).toBe('/registers/firms')
  expect(exportAddress('vendor', 'days_30', 'xlsx')).toBe('/api/v1/registers/export?kind=vendor&order=days_30&form=xlsx')
})

function entry(seq: number, action: string, detail: Record<string, unknown>, actor = 'a', at = seq): TraceEntry {
  return { seq, at, action, actor: { kind: 'person', id: actor, name: actor }, from_state: null, to_state: null, detail, hash: '' }
}

it('a village reads why its report was struck out or sent back, and whether it has reminded', () => {
  const trace = [entry(1, 'open', { note: '垃圾' }), entry(2, 'comment', { note: '急' }), entry(3, 'strike_out', { reason: '重复' }), entry(4, 'remind', {}), entry(5, 'assign', {})]
  expect(wordsOf(trace).map(({ step, words }) => [step, words])).toEqual([['remind', ''], ['strike_out', '重复'], ['', '急'], ['', '垃圾']])
  expect([remindedSince(trace, 'a', 3), remindedSince(trace, 'a', 4), remindedSince(trace, 'b', 0)]).toEqual([true, false, false])
})
