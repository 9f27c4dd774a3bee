import { describe, expect, it, vi } from 'vitest'
import { shallowReactive } from 'vue'
import { ApiError } from '../src/api/client'
import type { Case } from '../src/api/types'
import { detectionAddressOf, detectionSectionOf, isDetectionAddress } from '../src/detection/address'
import type { RuleFigures } from '../src/detection/detection_types'
import { reviewKey } from '../src/detection/review_keys'
import { ReviewQueue, UNDO_SECONDS } from '../src/detection/review_queue'
import { byCause, sortedRules, trendPoints } from '../src/detection/rule_rows'

function waiting(id: string, openedAt: number, more: Partial<Case> = {}): Case {
  return { id, number: `N-${id}`, state: 'review', opened_at: openedAt, camera_id: 'c1', area: 'east', grid: null, lon: null, lat: null, version: 1, ...more } as Case
}

function desk(cases: Case[], act?: (id: string, action: string) => Promise<Case>) {
  const byId = shallowReactive(new Map(cases.map((one) => [one.id, one])))
  const apply = (one: Case): void => void byId.set(one.id, one)
  const clock = { now: 1000 }
  const after: Record<string, Case['state']> = { confirm: 'filed', reject: 'invalid', duplicate: 'invalid', 'take-back': 'review' }
  const said = vi.fn(act ?? ((id: string, action: string) => Promise.resolve({ ...byId.get(id)!, state: after[action]! })))
  return { queue: new ReviewQueue({ act: said as never }, { byId, apply }, () => clock.now), byId, apply, clock, said }
}

describe('the review queue', () => {
  it('shows the oldest first and goes on by itself', async () => {
    const { queue, said } = desk([waiting('b', 20), waiting('a', 10), waiting('c', 30), waiting('x', 5, { state: 'filed' })])
    expect(queue.item.value?.id).toBe('a')
    const judged = queue.judge('reject', { cause: 'bin' })
    // The next one does not wait for the server.
    expect(queue.item.value?.id).toBe('b')
    await judged
    expect(said).toHaveBeenCalledWith('a', 'reject', { cause: 'bin' })
    expect({ ...queue.counts }).toEqual({ confirm: 0, reject: 1, duplicate: 0 })
    queue.step(1)
    await queue.judge('confirm')
    expect(queue.item.value?.id).toBe('b')
    await queue.judge('confirm')
    expect(queue.item.value).toBeNull()
  })

  it('keeps its place while others come in and others judge', () => {
    const { queue, byId, apply } = desk([waiting('a', 10), waiting('b', 20), waiting('c', 30)])
    queue.step(1)
    apply(waiting('new', 40))
    apply({ ...byId.get('a')!, state: 'filed' })
    expect(queue.item.value?.id).toBe('b')
    apply({ ...byId.get('b')!, state: 'invalid' })
    expect(queue.item.value?.id).toBe('c')
  })

  it('takes the last verdict back for some seconds', async () => {
    const { queue, clock, said } = desk([waiting('a', 10), waiting('b', 20)])
    await queue.judge('confirm')
    expect(queue.mayUndo(clock.now)).toBe(true)
    expect(queue.mayUndo(clock.now + UNDO_SECONDS + 1)).toBe(false)
    await queue.undo()
    expect(said).toHaveBeenLastCalledWith('a', 'take-back', {})
    expect(queue.item.value?.id).toBe('a')
    expect(queue.counts.confirm).toBe(0)
    await queue.undo()
    expect(said).toHaveBeenCalledTimes(2)
  })

  it('brings back what was refused, and says why', async () => {
    const { queue } = desk([waiting('a', 10), waiting('b', 20)], () => Promise.reject(new ApiError(409, 'conflict', 'cannot confirm')))
    await queue.judge('confirm')
    expect(queue.items.value.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(queue.problem.value).toBe('N-a: cannot confirm')
    expect(queue.last.value).toBeNull()
    expect(queue.counts.confirm).toBe(0)
  })

  it('offers what it may double: of the same camera, then what lies near', () => {
    const here = { lon: 120.4, lat: 30 }
    const { queue, byId } = desk([
      waiting('a', 10, here),
      waiting('near', 20, { ...here, lon: 120.401, camera_id: 'c2', state: 'filed' }),
      waiting('far', 30, { ...here, lon: 120.41, camera_id: 'c3' }),
      waiting('same', 40, { state: 'assigned' }),
      waiting('gone', 50, { state: 'invalid' }),
    ])
    expect(queue.doubles(byId.get('a')!).map(({ id }) => id)).toEqual(['same', 'near'])
  })

  it('is narrowed to an area', () => {
    const { queue } = desk([waiting('a', 10), waiting('b', 20, { area: 'west' })])
    queue.inArea.value = (area) => area === 'west'
    expect(queue.item.value?.id).toBe('b')
  })
})

describe('its keys', () => {
  const press = (key: string, asking: '' | 'cause' | 'double' = '', more = {}) =>
    reviewKey({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more }, asking)
  it('judge, choose by digit, and undo', () => {
    expect(press('c')).toEqual({ what: 'confirm' })
    expect(press('R')).toEqual({ what: 'ask', ask: 'cause' })
    expect(press('1', 'cause')).toEqual({ what: 'choose', at: 0 })
    expect(press('0', 'cause')).toEqual({ what: 'choose', at: 9 })
    expect(press('1')).toBeNull()
    expect(press('z', '', { ctrlKey: true })).toEqual({ what: 'undo' })
    expect(press('c', '', { ctrlKey: true })).toBeNull()
    expect(press('Escape', 'double')).toEqual({ what: 'cancel' })
  })
  it('a key held down judges once', () => {
    expect(press('c', '', { repeat: true })).toBeNull()
  })
})

describe('rows of rules', () => {
  const row = (camera_id: string, right: number, judged: number, high: number, more: Partial<RuleFigures> = {}): RuleFigures =>
    ({ camera_id, rule: 'stall', right, judged, high, waiting: 0, ...more }) as RuleFigures
  it('the loudest first, or the surely worst, or what waits', () => {
    const rows = [row('a', 90, 100, 0.95), row('b', 0, 1, 0.8), row('c', 10, 18, 0.75, { waiting: 7 }), row('d', 0, 0, 1)]
    const ids = (order: Parameters<typeof sortedRules>[1]): string => sortedRules(rows, order).map((one) => one.camera_id).join('')
    expect([ids('false'), ids('precision'), ids('waiting')]).toEqual(['acbd', 'cbad', 'cabd'])
  })
  it('a trend leaves out what nobody judged, causes come by number', () => {
    expect(trendPoints([[1, 2], [0, 0], [3, 3]], 20, 10)).toEqual([[0, 5], [20, 0]])
    expect(byCause({ person: 2, bin: 5, sign: 2 })).toEqual([['bin', 5], ['person', 2], ['sign', 2]])
  })
})

describe('addresses', () => {
  it('name the sections', () => {
    expect(['/detection', '/detection/review', '/detection/nothing'].map(detectionSectionOf)).toEqual(['rules', 'review', 'rules'])
    expect([isDetectionAddress('/detection/causes'), isDetectionAddress('/detections')]).toEqual([true, false])
    expect(detectionSectionOf(detectionAddressOf('causes'))).toBe('causes')
  })
})
