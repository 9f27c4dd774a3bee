import { describe, expect, it } from 'vitest'
import type { TraceEntry } from '../src/api/types'
import { nameKey, seenThings } from '../src/cases/seen_as'

function entry(seq: number, detail: Record<string, unknown>): TraceEntry {
  return { seq, at: seq, action: 'sighted', actor: { kind: 'camera', id: 'c', name: 'c' }, from_state: null, to_state: null, detail, hash: '' }
}

const seen = (...named: [string, number][]): Record<string, unknown> => ({
  seen_as: named.map(([name, score]) => ({ name, score, box: [0, 0, 1, 1] })),
})

describe('what the detector saw', () => {
  it('is that of the newest detection, things of one name together, the surest first', () => {
    const trace = [
      entry(1, seen(['truck', 0.9])),
      entry(3, seen(['umbrella', 0.5], ['person', 0.7], ['person', 0.8])),
      entry(4, { confidence: 0.8 }),
      entry(2, seen(['dog', 0.9])),
    ]
    expect(seenThings(trace)).toEqual([
      { name: 'person', count: 2, score: 0.8 },
      { name: 'umbrella', count: 1, score: 0.5 },
    ])
  })

  it('is nothing where none was asked, or where it is not what it should be', () => {
    expect(seenThings([])).toEqual([])
    expect(seenThings([entry(1, { seen_as: 'truck' })])).toEqual([])
    expect(seenThings([entry(1, { seen_as: [null, 7, { name: 'x' }, { name: 'dog', score: '1' }] })])).toEqual([])
  })

  it('is looked up as the dictionaries write it', () => {
    expect(nameKey('Dining table')).toBe('dining_table')
  })
})
