import { describe, expect, it } from 'vitest'
import { isZonesAddress, zonesAddress, zonesAt } from '../src/zones/address'
import { sizeAt } from '../src/zones/ground_sizes'
import { area, clamped, crossings, faultOf, firstShape, moved, snapped, withCorner, withNewCorner, withoutCorner, type Polygon } from '../src/zones/polygon'
import { rowsOf, shortTime } from '../src/zones/trial_rows'
import { UndoHistory } from '../src/zones/undo_history'
import { fieldsOf, freeId, hoursAsTyped, valueOf, withValue } from '../src/zones/zone_fields'
import type { Raster, TrialAnswer } from '../src/zones/zone_types'

const SQUARE: Polygon = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]]

describe('a polygon on a picture', () => {
  it.each<[string, Polygon, number, string | null]>([
    ['a square', SQUARE, 0, null],
    ['the whole picture', [[0, 0], [1, 0], [1, 1], [0, 1]], 0, null],
    ['a bow', [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]], 2, 'crossing'],
    ['a corner that touches a side', [[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]], 3, 'crossing'],
    ['a spike folded back', [[0.1, 0.1], [0.9, 0.1], [0.5, 0.1], [0.5, 0.9]], 3, 'crossing'],
    ['corners in one line', [[0.1, 0.1], [0.5, 0.1], [0.9, 0.1], [0.5, 0.9]], 0, null],
    ['a dent', [[0, 0], [1, 0], [0.5, 0.4], [1, 1], [0, 1]], 0, null],
    ['a line', [[0, 0], [1, 1]], 0, 'corners'],
    ['a speck', [[0.1, 0.1], [0.11, 0.1], [0.11, 0.11]], 0, 'small'],
  ])('%s', (_, polygon, sides, fault) => {
    expect(faultOf(polygon)).toBe(fault)
    if (polygon.length > 2) expect(crossings(polygon)).toHaveLength(sides)
  })

  it('is moved as far as the edge lets it, and keeps its form', () => {
    const right = moved(SQUARE, [0.9, 0])
    expect(right).toEqual([[0.6, 0.2], [1, 0.2], [1, 0.6], [0.6, 0.6]])
    expect(area(right)).toBeCloseTo(area(SQUARE))
    expect(moved(SQUARE, [-0.05, -0.9])[0]).toEqual([0.15, 0])
  })

  it('gains and loses corners, three at least, sixty-four at most', () => {
    const five = withNewCorner(SQUARE, 3)
    expect(five[4]).toEqual([0.2, 0.4])
    expect(withoutCorner(five, 4)).toEqual(SQUARE)
    expect(withoutCorner(SQUARE.slice(0, 3), 0)).toHaveLength(3)
    let many: Polygon = SQUARE
    for (let at = 0; at < 80; at += 1) many = withNewCorner(many, 0)
    expect(many).toHaveLength(64)
  })

  it('is drawn onto the edge of the picture, and never beyond', () => {
    expect(snapped([0.005, 0.995])).toEqual([0, 1])
    expect(snapped([0.5, 0.3])).toEqual([0.5, 0.3])
    expect(clamped([-1, 2])).toEqual([0, 1])
    expect(withCorner(SQUARE, 1, [1, 0])[1]).toEqual([1, 0])
    expect(faultOf(firstShape())).toBeNull()
  })
})

describe('sizes on the ground', () => {
  const raster: Raster = {
    lines: [], rows: 3, columns: 2,
    person: [null, null, 0.1, 0.1, 0.3, 0.3], metre: [null, null, 0.02, 0.04, 0.1, 0.1], metres: [null, null, 40, 40, 10, 10],
  }

  it('lie between those that are known', () => {
    expect(sizeAt(raster, 0.5, 0.75)).toEqual({ person: expect.closeTo(0.2), metre: expect.closeTo(0.065), metres: expect.closeTo(16) })
    expect(sizeAt(raster, 1, 1)).toEqual({ person: 0.3, metre: 0.1, metres: 10 })
  })

  it('are unknown off the ground and outside the picture', () => {
    expect(sizeAt(raster, 0.5, 0.3)).toBeNull()
    expect(sizeAt(raster, 1.1, 0.9)).toBeNull()
    expect(sizeAt({ ...raster, rows: 0, columns: 0 }, 0.5, 0.9)).toBeNull()
  })
})

describe('what was drawn', () => {
  it('is undone and done again, a drag as one step', () => {
    const history = new UndoHistory(0)
    history.put(1, 'drag')
    history.put(2, 'drag')
    history.settle()
    history.put(3, 'drag')
    expect([history.undo(), history.undo(), history.undo(), history.canUndo]).toEqual([2, 0, 0, false])
    expect([history.redo(), history.redo(), history.canRedo]).toEqual([2, 3, false])
    history.undo()
    history.put(9)
    expect([history.now, history.canRedo]).toEqual([9, false])
  })

  it('remembers no more than it may', () => {
    const history = new UndoHistory(0, 3)
    for (let at = 1; at < 10; at += 1) history.put(at)
    for (let at = 0; at < 10; at += 1) history.undo()
    expect(history.now).toBe(6)
  })
})

describe('the form of a zone', () => {
  const usual = { hours: ['00:00-24:00'], dwell_seconds: 180, size: { min_m: 0.2, max_m: 8 }, level: 2, opens_case: true, people: 20, shiny: 3, dull: true }

  it('shows what the rule has, and keys it does not know', () => {
    expect(fieldsOf('stall', usual).map(({ key }) => key)).toEqual(['hours', 'dwell_seconds', 'size', 'level', 'opens_case', 'shiny', 'dull'])
    expect(fieldsOf('crowd', usual).map(({ key }) => key)).toContain('people')
    expect(fieldsOf('crowd', usual).map(({ key }) => key)).not.toContain('size')
  })

  it('leaves out what the rule has anyway', () => {
    const zone = withValue({ id: 'a' }, usual, 'dwell_seconds', 60)
    expect([zone, valueOf(zone, usual, 'dwell_seconds'), valueOf(zone, usual, 'level')]).toEqual([{ id: 'a', dwell_seconds: 60 }, 60, 2])
    expect(withValue(zone, usual, 'dwell_seconds', 180)).toEqual({ id: 'a' })
    expect(withValue(zone, usual, 'dwell_seconds', undefined)).toEqual({ id: 'a' })
    expect(freeId('smoke_fire', ['smoke-fire-1', 'smoke-fire-3'])).toBe('smoke-fire-2')
  })
})

it.each([['6：00至22：00', '06:00-22:00'], ['18:00 – 6:30', '18:00-06:30'], [' 06:00-22:00 ', '06:00-22:00'], ['always', 'always']])('hours typed as %s', (typed, hours) => {
  expect(hoursAsTyped(typed)).toBe(hours)
})

describe('a trial', () => {
  const answer: TrialAnswer = {
    id: 't', camera: 'c', view: null, state: 'done', problem: null, clip: null, at: 0, pictures: 2,
    found: [{ id: 'cart', zone: 'z', rule: 'stall', at: 75, stood_seconds: 30, gone_at: 90, box: [0.1, 0.1, 0.2, 0.2], size_m: [1.94, 1.5], confidence: 0.8, picture: 0 }],
    result: {
      learnt: true, unseen: [],
      areas: [{ zone: 'square', rule: 'crowd', result: 'no', in_seconds: 0, confidence: 0, reasons: [] }],
      things: [
        { id: 'cart', box: [0, 0, 1, 1], first_seen_at: 0, size_m: null, told: true, outcomes: [] },
        { id: 'bin', box: [0, 0, 0.1, 0.1], first_seen_at: 0, size_m: null, told: false, outcomes: [] },
        { id: 'van', box: [0, 0, 0.1, 0.1], first_seen_at: 0, size_m: [4, 2], told: false, outcomes: [{ zone: 'z', rule: 'stall', result: 'later', in_seconds: 9, confidence: 0.5, reasons: [] }] },
      ],
    },
  }

  it('tells what would be raised first, each thing once', () => {
    const rows = rowsOf(answer)
    expect(rows.map(({ tone, outside, zone }) => [tone, outside, zone])).toEqual([['now', false, 'z'], ['later', false, 'z'], ['no', true, ''], ['no', false, 'square']])
    expect(rows[0]).toMatchObject({ at: 75, size: '1.9 × 1.5 m', stood: 30, gone: 90, picture: 0 })
    expect(shortTime(75.4)).toBe('1:15')
  })
})

describe('the address', () => {
  it('names the camera and the view', () => {
    expect(zonesAt(zonesAddress('a 1', '路口'))).toEqual({ camera: 'a 1', view: '路口' })
    expect(zonesAt('/zones/east-cam')).toEqual({ camera: 'east-cam', view: null })
    expect([isZonesAddress('/zones/x'), isZonesAddress('/zones/'), isZonesAddress('/zonesx')]).toEqual([true, false, false])
  })
})
