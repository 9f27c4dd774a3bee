import { describe, expect, it } from 'vitest'
import { reconnectDelay } from '../src/live/backoff'
import { QUEUE_BOUND, UnitGate } from '../src/live/unit_gate'

const KEY = { keyFrame: true, catchUp: false, discontinuity: false }
const DELTA = { keyFrame: false, catchUp: false, discontinuity: false }
const CATCH_UP = { keyFrame: false, catchUp: true, discontinuity: false }
const GAP = { keyFrame: false, catchUp: false, discontinuity: true }

describe('the gate before a decoder', () => {
  it('begins at a key frame', () => {
    const gate = new UnitGate()
    expect([DELTA, CATCH_UP, KEY, DELTA].map((unit) => gate.judge(unit, 0))).toEqual(['drop', 'drop', 'decode', 'decode'])
  })

  it('drops to the next key frame once more than the bound wait', () => {
    const gate = new UnitGate()
    gate.judge(KEY, 0)
    expect(gate.judge(DELTA, QUEUE_BOUND)).toBe('decode')
    expect(gate.judge(DELTA, QUEUE_BOUND + 1)).toBe('drop')
    expect(gate.judge(DELTA, 0)).toBe('drop')
    expect(gate.judge(KEY, 0)).toBe('decode')
    expect(gate.judge(DELTA, 0)).toBe('decode')
  })

  it('lets units that catch up pass however many wait', () => {
    const gate = new UnitGate()
    gate.judge(KEY, 0)
    expect(gate.judge(CATCH_UP, 200)).toBe('decode')
  })

  it('drops even a key frame when the decoder is hopelessly behind', () => {
    const gate = new UnitGate()
    expect(gate.judge(KEY, 2 * QUEUE_BOUND + 1)).toBe('drop')
    expect(gate.judge(DELTA, 0)).toBe('drop')
  })

  it('waits for a key frame after a gap, but not when the key frame itself follows the gap', () => {
    const gate = new UnitGate()
    gate.judge(KEY, 0)
    expect(gate.judge(GAP, 0)).toBe('drop')
    expect(gate.judge({ ...KEY, discontinuity: true }, 0)).toBe('decode')
  })

  it('begins anew after a reset', () => {
    const gate = new UnitGate()
    gate.judge(KEY, 0)
    gate.reset()
    expect(gate.judge(DELTA, 0)).toBe('drop')
  })
})

describe('the wait before a reconnect', () => {
  it.each([
    [1, 0.5, 400],
    [2, 0.5, 800],
    [3, 0, 1200],
    [3, 1, 2000],
    [20, 0.5, 5000],
  ])('attempt %i with chance %f takes %i ms', (attempt, chance, ms) => {
    expect(reconnectDelay(attempt, () => chance)).toBe(ms)
  })
})
