import type { FeatureCollection, Position } from 'geojson'
import { describe, expect, it } from 'vitest'
import { longestStretch, ringCentre } from '../src/map/geometry'
import { placeLabels, type LabelBox } from '../src/map/label_placement'
import { Motion } from '../src/map/motion'
import { roadKind, roadWeight } from '../src/map/layers/base_layer'
import { metresPerPixel, worldX, worldY } from '../src/map/mercator'
import { Picker } from '../src/map/pick'
import { shapesOf } from '../src/map/shapes'

const box = (x: number, y: number, priority = 1, width = 40, height = 12): LabelBox => ({ x, y, width, height, priority })

describe('labels', () => {
  it('that do not touch are all placed', () => {
    expect(placeLabels([box(0, 0), box(100, 0), box(0, 30)])).toHaveLength(3)
  })

  it('give way to the more important', () => {
    const low = box(10, 0, 1)
    const high = box(0, 0, 5)
    expect(placeLabels([low, high])).toEqual([high])
  })

  it('of equal rank keep their order, so nothing flickers', () => {
    const first = box(0, 0)
    const second = box(5, 0)
    expect(placeLabels([first, second])).toEqual([first])
    expect(placeLabels([second, first])).toEqual([second])
  })

  it('give way to obstacles', () => {
    expect(placeLabels([box(0, 0)], [box(10, 5)])).toEqual([])
  })

  it('collide across the cells they are sorted into, also left of and above the origin', () => {
    expect(placeLabels([box(63, 63), box(66, 66)])).toHaveLength(1)
    expect(placeLabels([box(-2, -2), box(2, 2)])).toHaveLength(1)
  })

  it('never overlap, however many', () => {
    let seed = 7
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const boxes = Array.from({ length: 800 }, () => box(next() * 1500, next() * 900, Math.floor(next() * 4), 30 + next() * 80))
    const placed = placeLabels(boxes)
    expect(placed.length).toBeGreaterThan(50)
    const apart = (a: LabelBox, b: LabelBox): boolean =>
      Math.abs(a.x - b.x) * 2 >= a.width + b.width || Math.abs(a.y - b.y) * 2 >= a.height + b.height
    expect(placed.every((a, i) => placed.slice(i + 1).every((b) => apart(a, b)))).toBe(true)
  })
})

describe('a moving worker', () => {
  it('glides to the new place in the time since the last report', () => {
    const motion = new Motion(120, 30, 0)
    motion.report(120.001, 30, 4000)
    expect(motion.at(4000)).toEqual([120, 30])
    expect(motion.at(6000)[0]).toBeCloseTo(120.0005)
    expect(motion.isMoving(7999)).toBe(true)
    expect(motion.at(9000)).toEqual([120.001, 30])
    expect(motion.isMoving(9000)).toBe(false)
  })

  it('goes on from where it is drawn when a report comes early', () => {
    const motion = new Motion(120, 30, 0)
    motion.report(120.001, 30, 4000)
    motion.report(120.002, 30, 6000)
    expect(motion.at(6000)[0]).toBeCloseTo(120.0005)
  })

  it('jumps where nobody can have walked', () => {
    const motion = new Motion(120, 30, 0)
    motion.report(121, 30, 4000)
    expect(motion.at(4000)).toEqual([121, 30])
  })

  it('stands still on a report of the same place', () => {
    const motion = new Motion(120, 30, 0)
    motion.report(120, 30, 4000)
    expect(motion.isMoving(4001)).toBe(false)
  })
})

describe('shapes', () => {
  it('have their centre by area, not by corners', () => {
    expect(ringCentre([[0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [0, 0]])).toEqual([1, 1])
    expect(ringCentre([[3, 4], [3, 4]])).toEqual([3, 4])
  })

  it('carry their name on the longest piece in view, never upside down', () => {
    const stretch = longestStretch([[0, 0], [10, 0], [110, 0], [110, -900]], 200, 200)
    expect(stretch).toMatchObject({ x: 60, y: 0, angle: 0, length: 100 })
    expect(longestStretch([[100, 50], [0, 50]], 200, 200)?.angle).toBeCloseTo(0)
    expect(longestStretch([[-50, 0], [-10, 0]], 200, 200)).toBeNull()
  })
})

describe('picking', () => {
  it.each([
    ['nothing near', [['camera', 'c', 40]], null],
    ['the nearest of a kind', [['camera', 'a', 6], ['camera', 'b', 2]], 'b'],
    ['a case before a camera a little nearer', [['camera', 'a', 1], ['case', 'e', 5]], 'e'],
    ['a worker before a camera on the same spot', [['camera', 'a', 0], ['worker', 'w', 0]], 'w'],
    ['nothing without a place', [['case', 'x', null]], null],
  ] as const)('%s', (_, offers, id) => {
    const picker = new Picker(120, 30, 0.001, 0.0009)
    for (const [kind, name, pixels] of offers) picker.offer(kind, name, pixels === null ? null : 120 + pixels * 0.001, 30)
    expect(picker.found?.id ?? null).toBe(id)
  })

  it('reaches as far up as sideways', () => {
    const picker = new Picker(120, 30, 0.001, 0.0009)
    picker.offer('camera', 'up', 120, 30 + 10.5 * 0.0009)
    expect(picker.found).toBeNull()
    picker.offer('camera', 'near', 120, 30 + 9.5 * 0.0009)
    expect(picker.found?.id).toBe('near')
  })
})

describe('the projection', () => {
  it.each([
    [0, 0, 0.5, 0.5],
    [-180, 85.0511, 0, 0],
    [120, 30, 0.833333, 0.412572],
  ])('of %d, %d', (lon, lat, x, y) => {
    expect(worldX(lon)).toBeCloseTo(x, 5)
    expect(worldY(lat)).toBeCloseTo(y, 4)
  })

  it('gives the scale on the ground', () => {
    expect(metresPerPixel(0, 0)).toBeCloseTo(156_543, 0)
    expect(metresPerPixel(60, 10)).toBeCloseTo(76.44, 1)
  })
})

describe('features made ready for drawing', () => {
  const square: Position[] = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
  const features: FeatureCollection = {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: { name: 'a' }, geometry: { type: 'Polygon', coordinates: [square] } },
      { type: 'Feature', properties: null, geometry: { type: 'MultiLineString', coordinates: [[[0, 0], [1, 1]], [[5, 5]]] } },
      { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [1, 2] } },
      { type: 'Feature', properties: {}, geometry: null as never },
    ],
  }

  it('keep lines and polygons, and leave out what cannot be drawn', () => {
    const shapes = shapesOf(features)
    expect(shapes.map(({ closed, paths }) => [closed, paths.length])).toEqual([[true, 1], [false, 1]])
    expect(shapes[0]).toMatchObject({ west: 0.5, properties: { name: 'a' } })
    expect(shapes[0]?.east).toBeCloseTo(0.5 + 10 / 360)
    expect(shapes[0]?.north).toBeLessThan(shapes[0]?.south ?? 0)
  })
})

describe('roads', () => {
  it.each([
    [{ kind: 'main' }, 'main'],
    [{ highway: 'footway' }, 'path'],
    [{ class: 'anything' }, 'minor'],
    [{}, 'minor'],
  ])('%o', (properties, kind) => {
    expect(roadKind(properties)).toBe(kind)
  })

  it('never vanish, and grow with the zoom', () => {
    expect(roadWeight('path', 9)).toBe(0.7)
    expect(roadWeight('main', 17)).toBeGreaterThan(roadWeight('main', 16))
  })
})
