import { describe, expect, it } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Area, Camera } from '../src/api/types'
import { ClockSkew } from '../src/live/clock_skew'
import { entryErrorKey } from '../src/shell/entry_error'
import { visibleWindow } from '../src/shell/window'
import { matches, searchWords, treeRows, type TreeRow } from '../src/wall/camera_tree'
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
    id, name: `摄像机${id}`, name_en: `Gate ${id}`, area, area_name: area, lon: null, lat: null, heading_deg: null, hfov_deg: null,
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
    ['Chinese name', '摄像机1', true],
    ['English name', 'gate', true],
    ['number and area', '1 v1', true],
    ['something else', '1 v2', false],
  ])('is searched by %s', (_, words, found) => {
    expect(matches(camera('1', 'v1'), searchWords(words))).toBe(found)
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
