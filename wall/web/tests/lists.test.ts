import { describe, expect, it } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Area, Camera } from '../src/api/types'
import { Favourites } from '../src/find/favourites'
import { nearestTo } from '../src/find/nearby'
import { RecentCameras } from '../src/find/recent'
import { treeStep } from '../src/find/tree_keys'
import { ClockSkew } from '../src/live/clock_skew'
import { entryErrorKey } from '../src/shell/entry_error'
import { visibleWindow } from '../src/shell/window'
import { camerasIn, flatRows, treeRows, type TreeRow } from '../src/wall/camera_tree'
import { freshness, REOPEN_AFTER_MS, STALE_AFTER_MS } from '../src/wall/freshness'

describe('the part of a list in the page', () => {
  it.each([
    ['at the top', 1000, 0, { first: 0, end: 14 }],
    ['in the middle', 1000, 500, { first: 46, end: 64 }],
    ['at the end', 100, 900, { first: 86, end: 100 }],
    ['shorter than the box', 3, 0, { first: 0, end: 3 }],
    ['empty', 0, 0, { first: 0, end: 0 }],
    ['scrolled beyond a list that became short', 5, 5000, { first: 4, end: 5 }],
  ])('%s', (_, count, scrollTop, expected) => {
    expect(visibleWindow(count, 10, scrollTop, 100)).toEqual(expected)
  })
})

function camera(id: string, area: string, state: Camera['state'] = 'live'): Camera {
  return {
    id, name: `摄像机${id}`, name_en: `Gate ${id}`, area, area_name: area, grid: null, grid_name: '', street: '', street_en: '', lon: null, lat: null, heading_deg: null, hfov_deg: null,
    range_m: null, view: null, profiles: ['sub'], enabled: true, state, since: 0, error: '', codec: '', width: 0, height: 0,
    last_unit_at: 0, sample_interval_s: 0,
  }
}

describe('the camera tree', () => {
  const areas: Area[] = [
    { code: 'town', parent: 'district', level: 'town', name: '镇', name_en: 'Town' },
    { code: 'v1', parent: 'town', level: 'village', name: '一村', name_en: 'One' },
    { code: 'v2', parent: 'town', level: 'village', name: '二村', name_en: 'Two' },
    { code: 'empty', parent: 'town', level: 'village', name: '空村', name_en: 'Empty' },
  ]
  const cameras = [camera('1', 'v1'), camera('2', 'v1', 'stalled'), camera('3', 'v2'), camera('4', 'lost')]
  const text = (rows: TreeRow[]): string[] =>
    rows.map((row) => ' '.repeat(row.depth) + (row.kind === 'area' ? `${row.name} ${row.live}/${row.total}` : row.camera.id))

  it('puts cameras under their areas, leaves empty areas out and loses no camera', () => {
    expect(text(treeRows(areas, cameras, new Set(), (area) => area.name))).toEqual(['镇 2/3', ' 一村 1/2', '  1', '  2', ' 二村 1/1', '  3', '4'])
  })

  it('folds up', () => {
    expect(text(treeRows(areas, cameras, new Set(['v1']), (area) => area.name_en))).toEqual(['Town 2/3', ' One 1/2', ' Two 1/1', '  3', '4'])
  })

  it.each([
    ['live', ['镇 2/4', ' 一村 1/2', '  1', ' 二村 1/1', '  3']],
    ['stalled', ['镇 2/4', ' 一村 1/2', '  2']],
    ['down', ['镇 2/4', ' 四村 0/1', '  5', '4']],
  ] as const)('shows those that are %s, and counts them all', (filter, expected) => {
    const more = [...cameras.slice(0, 3), camera('4', 'lost', 'refused'), camera('5', 'v4', 'unauthorised')]
    const four = { code: 'v4', parent: 'town', level: 'village', name: '四村', name_en: 'Four' }
    expect(text(treeRows([...areas, four], more, new Set(), (area) => area.name, filter))).toEqual(expected)
  })

  it('counts those stalled and down', () => {
    const more = [...cameras, camera('5', 'v2', 'refused'), camera('6', 'v2', 'connecting')]
    const [town] = treeRows(areas, more, new Set(), (area) => area.name)
    expect(town).toMatchObject({ live: 2, stalled: 1, down: 1, total: 5 })
  })

  it('tells each row its place among its siblings', () => {
    const rows = treeRows(areas, cameras, new Set(), (area) => area.name)
    expect(rows.map((row) => `${row.position}/${row.size}`)).toEqual(['1/2', '1/2', '1/2', '2/2', '2/2', '1/1', '2/2'])
    expect(flatRows(cameras.slice(0, 2)).map((row) => `${row.position}/${row.size}`)).toEqual(['1/2', '2/2'])
  })

  it.each([
    ['town', ['1', '2', '3']],
    ['v1', ['1', '2']],
    ['empty', []],
    ['nowhere', []],
  ])('gives the cameras in and below %s', (area, ids) => {
    expect(camerasIn(area, areas, cameras).map((one) => one.id)).toEqual(ids)
  })
})

describe('the keyboard in a tree', () => {
  // Town (open) with a village (open) of two cameras, a folded village, and a camera of no area.
  const rows = [{ depth: 0, open: true }, { depth: 1, open: true }, { depth: 2 }, { depth: 2 }, { depth: 1, open: false }, { depth: 0 }]
  it.each([
    ['down', 2, 'ArrowDown', { move: 3 }],
    ['down at the end', 5, 'ArrowDown', { move: 5 }],
    ['up', 2, 'ArrowUp', { move: 1 }],
    ['up at the top', 0, 'ArrowUp', { move: 0 }],
    ['right on a folded area opens it', 4, 'ArrowRight', { toggle: 4 }],
    ['right on an open area goes in', 1, 'ArrowRight', { move: 2 }],
    ['right on a camera stays', 2, 'ArrowRight', { move: 2 }],
    ['left on an open area folds it', 1, 'ArrowLeft', { toggle: 1 }],
    ['left on a camera goes to its area', 3, 'ArrowLeft', { move: 1 }],
    ['left on a folded area goes to the one above', 4, 'ArrowLeft', { move: 0 }],
    ['left at the top stays', 5, 'ArrowLeft', { move: 5 }],
    ['home', 3, 'Home', { move: 0 }],
    ['end', 3, 'End', { move: 5 }],
    ['a page down', 1, 'PageDown', { move: 4 }],
    ['a page up', 1, 'PageUp', { move: 0 }],
    ['with nothing chosen yet', -1, 'ArrowDown', { move: 0 }],
    ['another key', 1, 'x', null],
  ] as const)('%s', (_, at, key, step) => {
    expect(treeStep(rows, at, key, 3)).toEqual(step)
  })
})

describe('cameras near another', () => {
  const at = (id: string, lon: number | null, lat: number | null): Camera => ({ ...camera(id, 'v1'), lon, lat })
  const here = at('here', 120.4, 30)
  it('come by distance, without itself and those that have no place', () => {
    const found = nearestTo(here, [at('far', 120.5, 30), here, at('near', 120.401, 30), at('none', null, null)], 10)
    expect(found.map(({ camera: one, metres }) => [one.id, Math.round(metres / 10) * 10])).toEqual([['near', 100], ['far', 9630]])
    expect(nearestTo(here, found.map((one) => one.camera), 1)).toHaveLength(1)
    expect(nearestTo(at('nowhere', null, null), [here], 5)).toEqual([])
  })
})

describe('the cameras looked at last', () => {
  const memory = (): Pick<Storage, 'getItem' | 'setItem'> => {
    const kept = new Map<string, string>()
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
  }
  it('come newest first, once each, not too many, and outlive the page', () => {
    const storage = memory()
    const recent = new RecentCameras('ming', storage)
    for (let n = 0; n < 30; n++) recent.add(`c${n}`)
    recent.add('c20')
    const again = new RecentCameras('ming', storage).ids.value
    expect(again).toHaveLength(20)
    expect(again.slice(0, 3)).toEqual(['c20', 'c29', 'c28'])
    expect(again.filter((id) => id === 'c20')).toHaveLength(1)
  })

  it('are not told to another account, and what cannot be read is nothing', () => {
    const storage = memory()
    new RecentCameras('ming', storage).add('c1')
    expect(new RecentCameras('hong', storage).ids.value).toEqual([])
    for (const broken of ['{', '{"a": 1}', 'null', '[1, null, "x"]']) {
      storage.setItem('gridwatch.recent.hong', broken)
      expect(new RecentCameras('hong', storage).ids.value).toEqual(broken.startsWith('[') ? ['x'] : [])
    }
  })
})

describe('a star', () => {
  it('shows at once, and is taken back when the server refuses', async () => {
    let refuse = false
    const asked: string[] = []
    const call = (verb: string) => async (camera: string): Promise<void> => {
      asked.push(`${verb} ${camera}`)
      if (refuse) throw new ApiError(409, 'conflict', 'at most 500')
    }
    const stars = new Favourites({ favourites: async () => ['a'], addFavourite: call('put'), removeFavourite: call('delete') })
    await stars.load()
    const adding = stars.toggle('b')
    expect([...stars.ids]).toEqual(['a', 'b'])
    await adding
    await stars.toggle('a')
    refuse = true
    await expect(stars.toggle('c')).rejects.toThrow('at most 500')
    await expect(stars.toggle('b')).rejects.toThrow('at most 500')
    expect([...stars.ids]).toEqual(['b'])
    expect(asked).toEqual(['put b', 'delete a', 'put c', 'delete b'])
  })
})

describe('how fresh a picture is', () => {
  it.each([
    ['coming', 0, 40, 'fresh'],
    ['just quiet', STALE_AFTER_MS, 0, 'fresh'],
    ['quiet too long', STALE_AFTER_MS + 1, 0, 'stopped'],
    ['coming, but from the past', 100, STALE_AFTER_MS, 'late'],
    ['quiet for very long', REOPEN_AFTER_MS + 1, 0, 'reopen'],
  ] as const)('%s', (_, silence, delay, expected) => {
    expect(freshness(silence, delay)).toBe(expected)
  })

  it('is marked within five seconds even when the last report was just missed', () => {
    expect(STALE_AFTER_MS + 2 * 500).toBeLessThan(5000)
  })
})

describe('delay across two clocks', () => {
  it.each([
    ['clocks that agree', [40, 90, 2000], 2000, 2000],
    ['a browser clock ahead by a minute', [60_040, 60_100], 60_100, 60],
    ['a browser clock behind', [-5000, -4900], -4900, 100],
    ['nothing seen yet', [], 70, 0],
  ])('%s', (_, seen, raw, delay) => {
    const skew = new ClockSkew()
    seen.forEach((one) => skew.observe(one))
    expect(skew.delay(raw)).toBe(delay)
  })
})

describe('what is said at the door', () => {
  it.each([
    ['sign-in', 401, 'errors.wrong_password'],
    ['set-up', 403, 'errors.wrong_code'],
    ['set-up', 409, 'errors.set_up_already'],
    ['sign-in', 429, 'errors.too_many'],
    ['sign-in', 0, 'errors.network'],
    ['sign-in', 502, 'errors.server'],
    ['set-up', 422, null],
  ] as const)('%s refused with %i', (page, status, key) => {
    expect(entryErrorKey(new ApiError(status, 'x', 'x'), page)).toBe(key)
  })
})
