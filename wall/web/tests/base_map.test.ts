import { describe, expect, it } from 'vitest'
import { drawnFor, remember, remembered } from '../src/base_map/base_map_choice'
import type { BaseMapInfo } from '../src/base_map/base_map_types'
import { gcj02ToWgs84, wgs84ToGcj02 } from '../src/base_map/gcj02'
import { latitudeOf, tilesFor, tileStrips } from '../src/base_map/tile_place'
import { TileStore, type TilePicture } from '../src/base_map/tile_store'
import { labelOf, lineOf, lineWidth, namesOf, surfaceOf } from '../src/base_map/vector_style'
import { worldX, worldY } from '../src/map/mercator'

const PLAIN: BaseMapInfo = {
  id: 'a', name: '图', name_en: '', kind: 'raster', grid: 'mercator', coordinates: 'wgs84', min_zoom: 0, max_zoom: 18, bounds: null,
  attribution: '', opacity: 1, look: 'original', style: 'dark', overlays: [], offered: true, available: true, version: '1',
}
const HERE = [120.45, 30.08] as const
const PIXELS = 256

describe('GCJ-02', () => {
  it('is the formula of the server', () => {
    // From gis/chinese_coordinates.py.
    const [lon, lat] = wgs84ToGcj02(120.45, 30.08)
    expect(lon).toBeCloseTo(120.4544927689, 9)
    expect(lat).toBeCloseTo(30.0776757133, 9)
  })

  it('goes back to where it came from, and leaves the world abroad alone', () => {
    const [lon, lat] = gcj02ToWgs84(...wgs84ToGcj02(...HERE))
    expect(lon).toBeCloseTo(HERE[0], 10)
    expect(lat).toBeCloseTo(HERE[1], 10)
    expect(gcj02ToWgs84(10, 50)).toEqual([10, 50])
  })
})

describe('tiles', () => {
  it('that a view needs: those it touches, the middle first', () => {
    const tiles = tilesFor(PLAIN, [HERE[0] - 0.01, HERE[1] - 0.01, HERE[0] + 0.01, HERE[1] + 0.01], 14.2)
    expect(new Set(tiles.map(({ z }) => z))).toEqual(new Set([14]))
    expect(tiles[0]).toEqual({ z: 14, x: Math.floor(worldX(HERE[0]) * 2 ** 14), y: Math.floor(worldY(HERE[1]) * 2 ** 14) })
    expect(tiles.length).toBeLessThan(10)
  })

  it('are never more than a screen can show', () => {
    expect(tilesFor(PLAIN, [-179, -80, 179, 80], 18).length).toBeLessThanOrEqual(400)
    expect(tilesFor({ ...PLAIN, max_zoom: 12 }, [120, 30, 120.1, 30.1], 20)[0]?.z).toBe(12)
    expect(tilesFor({ ...PLAIN, min_zoom: 16 }, [-179, -80, 179, 80], 3)).toEqual([])
  })

  /** Where a place of a tile's picture comes to lie, by how the painter draws it. */
  function drawn(map: BaseMapInfo, z: number, column: number, row: number): [number, number] {
    const [x, y] = [Math.floor(column), Math.floor(row)]
    const strips = tileStrips(map, { z, x, y })
    const down = (row - y) * strips.length
    const { nw, ne, sw } = strips[Math.min(strips.length - 1, Math.floor(down))] ?? { nw: [0, 0], ne: [0, 0], sw: [0, 0] }
    const [u, v] = [column - x, down - Math.floor(down)]
    return [nw[0] + u * (ne[0] - nw[0]) + v * (sw[0] - nw[0]), nw[1] + u * (ne[1] - nw[1]) + v * (sw[1] - nw[1])]
  }

  const offBy = (map: BaseMapInfo, z: number, lon: number, lat: number): number => {
    const [x, y] = map.coordinates === 'gcj02' ? wgs84ToGcj02(lon, lat) : [lon, lat]
    const across = 2 ** z
    const row = map.grid === 'mercator' ? worldY(y) * across : ((90 - y) / 360) * across
    const [wx, wy] = drawn(map, z, ((x + 180) / 360) * across, row)
    return Math.hypot(wx - worldX(lon), wy - worldY(lat)) * across * PIXELS
  }

  it.each([
    ['mercator', 'wgs84', 0.001],
    ['mercator', 'gcj02', 0.4],
    ['degrees', 'wgs84', 0.3],
    ['degrees', 'gcj02', 0.5],
  ] as const)('cut in %s, in %s, lie where they should, within %f pixels of their own', (grid, coordinates, most) => {
    const map = { ...PLAIN, grid, coordinates }
    for (let z = 9; z <= 18; z++) {
      for (let n = 0; n < 200; n++) expect(offBy(map, z, 118 + (n % 20) * 0.2137, 28 + Math.floor(n / 20) * 0.3711), `zoom ${z}`).toBeLessThan(most)
    }
  })

  it('meet their neighbours', () => {
    for (const coordinates of ['wgs84', 'gcj02'] as const) {
      const [left] = tileStrips({ ...PLAIN, coordinates }, { z: 14, x: 13673, y: 6745 })
      const [right] = tileStrips({ ...PLAIN, coordinates }, { z: 14, x: 13674, y: 6745 })
      expect(left?.ne).toEqual(right?.nw)
    }
  })

  it('know their latitudes', () => {
    expect(latitudeOf(worldY(30.08))).toBeCloseTo(30.08, 9)
  })
})

describe('the store', () => {
  const picture = (): TilePicture => ({ image: { width: 1, height: 1 } as ImageBitmap, labels: [] })
  const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

  it('asks for few at once, calls off what is not wanted any more, and tells what has come', async () => {
    const asked: string[] = []
    const open: (() => void)[] = []
    let told = 0
    const store = new TileStore(PLAIN, {
      load: ({ z, x, y }) => new Promise((resolve) => (asked.push(`${z}/${x}/${y}`), open.push(() => resolve(x === 3 ? null : picture())))),
      close: () => {},
    })
    store.onChange = () => told++
    const row = (from: number): { z: number; x: number; y: number }[] => Array.from({ length: 6 }, (_, n) => ({ z: 5, x: from + n, y: 0 }))
    store.want(row(0))
    expect(asked).toHaveLength(4)
    store.want(row(3))
    open.splice(0).forEach((answer) => answer())
    await soon()
    expect(store.ready({ z: 5, x: 0, y: 0 })).toBeNull()
    expect(store.isEmpty({ z: 5, x: 3, y: 0 })).toBe(true)
    open.splice(0).forEach((answer) => answer())
    await soon()
    open.splice(0).forEach((answer) => answer())
    await soon()
    expect(store.ready({ z: 5, x: 5, y: 0 })).not.toBeNull()
    expect(store.ancestor({ z: 7, x: 21, y: 1 })).toEqual({ z: 5, x: 5, y: 0 })
    expect(store.children({ z: 4, x: 2, y: 0 })).toEqual([{ z: 5, x: 4, y: 0 }, { z: 5, x: 5, y: 0 }])
    expect(told).toBeGreaterThan(0)
    expect(store.failing).toBe(false)
    store.close()
  })

  it('knows that a tile cannot be had', async () => {
    const store = new TileStore(PLAIN, { load: () => Promise.reject(new Error('tile: 503')), close: () => {} })
    store.want([{ z: 1, x: 0, y: 0 }])
    await soon()
    expect(store.failing).toBe(true)
    store.close()
  })
})

describe('the style of vector tiles', () => {
  it('knows the layers of the usual schemas', () => {
    expect(surfaceOf('water', {})).toBe('water')
    expect(surfaceOf('landcover', { class: 'wood' })).toBe('green')
    expect(surfaceOf('land', { kind: 'forest' })).toBe('green')
    expect(surfaceOf('landuse', { class: 'residential' })).toBe('built')
    expect(surfaceOf('buildings', {})).toBe('building')
    expect(surfaceOf('transportation', {})).toBeNull()
    expect(lineOf('transportation', { class: 'primary' })).toBe('main')
    expect(lineOf('roads', { kind: 'minor_road' })).toBe('minor')
    expect(lineOf('streets', { kind: 'footway' })).toBe('path')
    expect(lineOf('roads', { kind: 'rail' })).toBe('rail')
    expect(lineOf('boundaries', {})).toBe('border')
    expect(lineWidth('path', 10)).toBe(0)
    expect(labelOf('place_labels', { kind: 'city' })?.rank).toBeGreaterThan(labelOf('places', { kind: 'village' })?.rank ?? 99)
    expect(labelOf('buildings', { name: 'x' })).toBeNull()
  })

  it('writes Chinese first, and English where that is wanted', () => {
    expect(namesOf({ name: 'Qingdu', 'name:zh': '清渡', 'name:en': 'Qingdu' })).toEqual({ zh: '清渡', en: 'Qingdu' })
    expect(namesOf({ name: '清渡' })).toEqual({ zh: '清渡', en: '清渡' })
    expect(namesOf({ name: 5, 'name:zh': ' ' })).toEqual({ zh: '', en: '' })
    expect(namesOf({ name: 'x'.repeat(500) }).zh).toHaveLength(40)
  })
})

describe('the choice', () => {
  const kept = new Map<string, string>()
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }
  const maps = [{ ...PLAIN, overlays: ['b', 'c'] }, { ...PLAIN, id: 'b', offered: false }, { ...PLAIN, id: 'c', available: false }]

  it('is each account’s own, and the own layers where there is none', () => {
    remember(storage, 'one', 'a')
    remember(storage, 'two', 'b')
    expect(remembered(storage, 'one', maps)).toBe('a')
    expect(remembered(storage, 'two', maps)).toBe('own')
    expect(remembered(storage, 'three', maps)).toBe('own')
    expect(remembered(storage, 'one', [])).toBe('own')
  })

  it('brings its overlays with it, as far as they can be had', () => {
    expect(drawnFor('a', maps).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(drawnFor('own', maps)).toEqual([])
  })
})
