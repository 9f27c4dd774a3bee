import type { FeatureCollection, Position } from 'geojson'
import { describe, expect, it } from 'vitest'
import type { Case } from '../src/api/types'
import { arrange, byClass, type Placed } from '../src/map/clusters'
import { readMapAddress, writeMapAddress } from '../src/map/map_address'
import { areaText, ringArea, wayLength } from '../src/map/measure/measuring'
import { scaleBar } from '../src/map/print/map_print'
import { dayIn, dayOf, placeAt, ReplayClock } from '../src/map/replay/replay_clock'
import { Gliders } from '../src/map/gliders'
import { longestStretch, ringCentre } from '../src/map/geometry'
import { placeLabels, type LabelBox } from '../src/map/label_placement'
import { roadKind, roadWeight } from '../src/map/layers/base_layer'
import { metresPerPixel, worldX, worldY } from '../src/map/mercator'
import { MapDesk, type MapTool } from '../src/map/map_desk'
import { painted, type MapLayer } from '../src/map/map_layer'
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
  const standing = (): Gliders<string> => {
    const gliders = new Gliders<string>()
    gliders.put(7, 'w', 120, 30, 0)
    return gliders
  }
  const lon = (gliders: Gliders<string>, now: number): number => gliders.position(7, now)?.[0] ?? 0

  it('glides to the new place in the time since the last report', () => {
    const gliders = standing()
    gliders.move(7, 120.001, 30, 4000)
    expect(lon(gliders, 4000)).toBeCloseTo(120)
    expect(lon(gliders, 6000)).toBeCloseTo(120.0005)
    expect(gliders.isMoving(7999)).toBe(true)
    expect(gliders.position(7, 9000)?.[0]).toBeCloseTo(120.001)
    expect(gliders.position(7, 9000)?.[1]).toBeCloseTo(30)
    expect(gliders.isMoving(9000)).toBe(false)
  })

  it('goes on from where it is drawn when a report comes early', () => {
    const gliders = standing()
    gliders.move(7, 120.001, 30, 4000)
    gliders.move(7, 120.002, 30, 6000)
    expect(lon(gliders, 6000)).toBeCloseTo(120.0005)
  })

  it('jumps where nobody can have walked', () => {
    const gliders = standing()
    gliders.move(7, 121, 30, 4000)
    expect(lon(gliders, 4000)).toBeCloseTo(121)
  })

  it('stands still on a report of the same place, and glides on from then', () => {
    const gliders = standing()
    gliders.move(7, 120, 30, 4000)
    expect(gliders.isMoving(4001)).toBe(false)
    gliders.move(7, 120.001, 30, 6000)
    expect(lon(gliders, 7000)).toBeCloseTo(120.0005)
  })

  it('keeps its place when others come and go, and strangers are nobody', () => {
    const gliders = standing()
    for (let number = 10; number < 3000; number++) gliders.put(number, `w${number}`, 120 + number / 1e4, 30, 0)
    gliders.keep(new Set([7, 2999]))
    gliders.move(5, 121, 30, 10)
    expect(gliders.size).toBe(2)
    expect(gliders.position(2999, 20)?.[0]).toBeCloseTo(120.2999)
    expect(gliders.position(10, 20)).toBeNull()
    expect(lon(gliders, 20)).toBeCloseTo(120)
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

const REACHES: Record<string, { reach: number; handicap: number }> = {
  case: { reach: 16, handicap: 0 },
  worker: { reach: 11, handicap: 8 },
  camera: { reach: 10, handicap: 16 },
}
const reach = (kind: string): { reach: number; handicap: number } => REACHES[kind] ?? { reach: 0, handicap: 0 }

describe('the layers of a sheet', () => {
  const layer = (name: string, sheet: MapLayer['sheet'], order: number): MapLayer & { painter: { visible: boolean; paint: () => void } } =>
    ({ name, title: null, sheet, order, painter: { visible: true, paint: () => {} } })

  it('are painted from the lowest up, whatever the order in which parts added them', () => {
    const [cases, speakers, cameras, grids] = [layer('case', 'things', 60), layer('speaker', 'things', 15), layer('camera', 'things', 20), layer('grid', 'ground', 50)]
    expect(painted([cases, grids, speakers, cameras], 'things')).toEqual([speakers, cameras, cases].map((one) => one.painter))
    expect(painted([cases, { name: 'tiles', title: null, sheet: 'ground', order: 0 }, grids], 'ground')).toEqual([grids.painter])
  })
})

describe('the tools over the map', () => {
  const tool = (name: string, more: Partial<MapTool> = {}): MapTool => ({ name, title: 'map.title', icon: 'pin', panel: {}, ...more })

  it('are open one at a time, and each hears that it was closed', () => {
    const desk = new MapDesk()
    const closed: string[] = []
    for (const name of ['measure', 'speak']) desk.addTool(tool(name, { closed: () => closed.push(name) }))
    desk.toggle('measure')
    desk.open('measure')
    desk.open('speak')
    expect([desk.tool.value?.name, closed]).toEqual(['speak', ['measure']])
    desk.toggle('speak')
    expect([desk.tool.value, closed]).toEqual([null, ['measure', 'speak']])
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
    for (const [kind, name, pixels] of offers) picker.offer(kind, name, pixels === null ? null : 120 + pixels * 0.001, 30, reach(kind))
    expect(picker.found?.id ?? null).toBe(id)
  })

  it('reaches as far up as sideways', () => {
    const picker = new Picker(120, 30, 0.001, 0.0009)
    picker.offer('camera', 'up', 120, 30 + 10.5 * 0.0009, reach('camera'))
    expect(picker.found).toBeNull()
    picker.offer('camera', 'near', 120, 30 + 9.5 * 0.0009, reach('camera'))
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

describe('cases that lie together', () => {
  const made = (n: number, lon: number, grid: string, level = 2): Placed => ({
    item: { id: `${grid}-${n}`, grid, level, case_class: n % 3 ? '05-01' : '01-02', class_name: { zh: '类', en: 'class' } } as Case,
    x: worldX(lon),
    y: worldY(30),
  })
  const scale = 256 * 2 ** 12
  const many = (count: number, lon: number, grid: string): Placed[] => Array.from({ length: count }, (_, n) => made(n, lon + n * 1e-6, grid, 1 + (n % 4)))
  const none = new Set<string>()

  it('are one by one while they are few', () => {
    expect(arrange(many(40, 120, 'a'), scale, 100, none)).toMatchObject({ clusters: [], singles: { length: 40 } })
  })

  it('are gathered by grid where grids are large, with how many of each level and class', () => {
    const { clusters, singles } = arrange([...many(30, 120, 'a'), ...many(20, 120.0001, 'b'), ...many(2, 120.2, 'c')], scale, 100, none)
    expect(clusters.map(({ key, cases, level, levels }) => [key, cases.length, level, levels])).toEqual([['a', 30, 4, [8, 8, 7, 7]], ['b', 20, 4, [5, 5, 5, 5]]])
    expect(singles).toHaveLength(2)
    expect(byClass(clusters[0]?.cases ?? []).map(({ code, cases }) => [code, cases.length])).toEqual([['05-01', 20], ['01-02', 10]])
  })

  it('are gathered by place where grids are small, and none is lost; who is selected stays apart', () => {
    const placed = [...many(30, 120, 'a'), ...many(30, 120.0001, 'b'), ...many(30, 121, 'c')]
    const { clusters, singles } = arrange(placed, scale, 10, new Set(['a-3']))
    expect(singles.map(({ id }) => id)).toContain('a-3')
    expect(clusters.reduce((sum, { cases }) => sum + cases.length, 0) + singles.length).toBe(90)
    expect(clusters.length).toBeLessThan(5)
  })

  it('are apart again where there is room for each', () => {
    const spread = Array.from({ length: 60 }, (_, n) => made(n, 120 + (n % 8) * 0.05, 'a')).map((one, n) => ({ ...one, y: worldY(30 + Math.floor(n / 8) * 0.05) }))
    expect(arrange(spread, scale, 1e9, none).clusters).toEqual([])
  })
})

describe('measuring', () => {
  const corner = [{ lon: 120, lat: 30 }, { lon: 120.01, lat: 30 }, { lon: 120.01, lat: 30.01 }, { lon: 120, lat: 30.01 }]

  it('tells ways and areas as an ellipsoid does, to half a percent', () => {
    // geographiclib on WGS 84: 964.86 m east, 1108.53 m north, 1 069 534 m².
    expect(wayLength(corner.slice(0, 2)) / 964.86).toBeCloseTo(1, 2)
    expect(wayLength(corner.slice(1, 3)) / 1108.53).toBeCloseTo(1, 2)
    expect(Math.abs(ringArea(corner) / 1_069_534 - 1)).toBeLessThan(0.006)
    expect([wayLength([]), ringArea(corner.slice(0, 2))]).toEqual([0, 0])
    expect([areaText(9_400), areaText(25_000), areaText(2_345_678)]).toEqual(['9400 m²', '2.50 ha', '2.35 km²'])
  })

  it('draws scale bars of round lengths', () => {
    expect(scaleBar(1, 400)).toEqual({ metres: 200, pixels: 200 })
    expect(scaleBar(0.7, 400).metres).toBe(200)
    expect(scaleBar(33, 400).metres).toBe(10_000)
  })
})

describe('a replayed day', () => {
  const track = { fixes: [[1000, 120, 30], [1010, 120.001, 30], [5000, 121, 31]] as [number, number, number][] }

  it.each([
    ['before the first fix', 999, null],
    ['half way', 1005, [120.0005, 30]],
    ['in a gap soon after', 1100, [120.001, 30]],
    ['in a gap for long', 3000, null],
    ['after the last', 5300, [121, 31]],
    ['long after', 5700, null],
  ] as const)('%s', (_, at, place) => {
    const found = placeAt(track, at)
    if (place === null) expect(found).toBeNull()
    else place.forEach((degrees, axis) => expect(found?.[axis]).toBeCloseTo(degrees, 6))
  })

  it('goes at its speed and stops at its end', () => {
    const clock = new ReplayClock(100, 1000)
    clock.beat(5)
    expect(clock.at).toBe(100)
    clock.playing = true
    clock.speed = 60
    clock.beat(10)
    expect(clock.at).toBe(700)
    clock.beat(10)
    expect([clock.at, clock.playing]).toEqual([1000, false])
    clock.seek(-5)
    expect(clock.at).toBe(100)
  })

  it('is a day of the town, whatever the clocks do there', () => {
    expect(dayIn('2026-11-22', 'Asia/Shanghai')).toEqual([Date.UTC(2026, 10, 21, 16) / 1000, Date.UTC(2026, 10, 22, 16) / 1000])
    const hours = (day: string): number => dayIn(day, 'Europe/Berlin').reduce((from, until) => until - from) / 3600
    expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-06-01')]).toEqual([23, 25, 24])
    expect(dayOf(Date.UTC(2026, 10, 21, 16) / 1000, 'Asia/Shanghai')).toBe('2026-11-22')
  })
})

describe("the map's address", () => {
  it('keeps view and layers and leaves the rest alone', () => {
    const search = writeMapAddress('?layout=9&cameras=a,b', { lon: 120.4512345, lat: 30.1, zoom: 14.25, off: ['labels', 'base.buildings'] })
    expect(search).toBe('?layout=9&cameras=a,b&map=120.45123,30.10000,14.25&off=base.buildings,labels')
    expect(readMapAddress(search)).toEqual({ lon: 120.45123, lat: 30.1, zoom: 14.25, off: ['base.buildings', 'labels'] })
  })

  it.each(['', '?map=', '?map=1,2', '?map=x,30,14', '?map=120,99,14', '?map=120,30,99'])('that is none: %s', (search) => {
    expect(readMapAddress(search)).toBeNull()
  })
})
