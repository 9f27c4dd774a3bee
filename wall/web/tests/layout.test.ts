import { describe, expect, it } from 'vitest'
import { capacity, CELLS_MAX, formatLayout, isLayout, NAMED_LAYOUTS, parseLayout, readLayout, type Rect } from '../src/wall/layout'
import { coverage, evenRows, neighbour, overlaps, PICTURE_ASPECT, spotlightPlan, tileRects } from '../src/wall/tile_rects'

function area(rects: Rect[]): number {
  return rects.reduce((sum, r) => sum + r.width * r.height, 0)
}

const CANVASES = [
  ['one screen', 1920 / 1080],
  ['two screens', 3840 / 1080],
  ['three screens', 5760 / 1080],
  ['an upright screen', 1080 / 1920],
] as const

describe.each(NAMED_LAYOUTS)('layout %s', (code) => {
  it.each(CANVASES)('fills %s, each place once', (_, aspect) => {
    const rects = tileRects(code, aspect)
    expect(rects).toHaveLength(capacity(code))
    expect(area(rects)).toBeCloseTo(1)
    rects.forEach((a, i) => rects.slice(i + 1).forEach((b) => expect(overlaps(a, b)).toBe(false)))
  })

  it('comes back from its long form under its short name', () => {
    expect(formatLayout(parseLayout(code))).toBe(code)
  })

  it.each(CANVASES)('keeps the spotlight clear of the others on %s', (_, aspect) => {
    const { spot, lent, free } = spotlightPlan(code, aspect)
    const others = lent === null ? free : tileRects(code, aspect).filter((_rect, index) => index !== lent)
    others.forEach((rect) => expect(overlaps(rect, spot)).toBe(false))
    expect(spot.width * spot.height).toBeGreaterThan(0.19)
    if (capacity(code) > 4) expect(others.length).toBeGreaterThanOrEqual(4)
  })
})

it.each([
  ['1', 1],
  ['40', 40],
  ['1+5', 6],
  ['1+7', 8],
  ['1+12', 13],
  ['v10', 10],
  ['r4x2:0.0.2.2_2.0.1.1_3.0.1.1_2.1.2.1', 4],
])('layout %s has %i pictures', (code, n) => {
  expect(capacity(code)).toBe(n)
})

it('forty is eight by five', () => {
  expect(parseLayout('40')).toMatchObject({ columns: 8, rows: 5 })
})

describe('a code that is no layout', () => {
  it.each([
    ['empty', '', 'form'],
    ['a number without a raster', '7', 'form'],
    ['no cells', 'r4x4:', 'form'],
    ['a raster of nothing', 'r0x4:0.0.1.1', 'form'],
    ['too fine a raster', 'r49x4:0.0.1.1', 'raster'],
    ['a cell without height', 'r4x4:0.0.1.0', 'form'],
    ['a cell with a sign', 'r4x4:-1.0.1.1', 'form'],
    ['numbers written in two ways', 'r4x4:00.0.1.1', 'form'],
    ['a cell beyond the right edge', 'r4x4:3.0.2.1', 'outside'],
    ['a cell beyond the lower edge', 'r4x4:0.3.1.2', 'outside'],
    ['two cells one over the other', 'r4x4:0.0.2.2_1.1.1.1', 'overlap'],
    ['cells out of reading order', 'r4x4:1.0.1.1_0.0.1.1', 'order'],
    ['too many cells', `r48x48:${Array.from({ length: CELLS_MAX + 1 }, (_, n) => `${n % 48}.${Math.floor(n / 48)}.1.1`).join('_')}`, 'count'],
    ['endless', `r4x4:${'0.0.1.1_'.repeat(9_000)}`, 'form'],
  ])('%s', (_, code, kind) => {
    expect(readLayout(code)).toEqual(expect.arrayContaining([expect.objectContaining({ kind })]))
    expect(isLayout(code)).toBe(false)
  })

  it('names both cells that overlap', () => {
    expect(readLayout('r4x4:0.0.2.2_3.0.1.1_1.1.1.1')).toEqual([{ kind: 'overlap', cell: 2, other: 0 }])
  })

  it('is drawn as the default, so that there is a wall', () => {
    expect(parseLayout('nonsense')).toEqual(parseLayout('9'))
  })
})

it('cells drawn in any order get one code', () => {
  const cells = [
    { x: 2, y: 0, w: 2, h: 1 },
    { x: 0, y: 1, w: 4, h: 1 },
    { x: 0, y: 0, w: 2, h: 1 },
  ]
  expect(formatLayout({ columns: 4, rows: 2, cells })).toBe('r4x2:0.0.2.1_2.0.2.1_0.1.4.1')
})

describe('odd canvases', () => {
  it.each(CANVASES)('pictures never cover less than in the plain raster on %s', (_, aspect) => {
    for (const code of NAMED_LAYOUTS) {
      const { columns, rows, cells } = parseLayout(code)
      const plain = cells.map(({ x, y, w, h }) => ({ left: x / columns, top: y / rows, width: w / columns, height: h / rows }))
      expect(coverage(tileRects(code, aspect), aspect), code).toBeGreaterThanOrEqual(coverage(plain, aspect) - 1e-9)
    }
  })

  it('sixteen pictures on 3840 by 1080 stand in three rows and cover most of it', () => {
    const rects = tileRects('16', 3840 / 1080)
    expect(new Set(rects.map(({ top }) => top)).size).toBe(3)
    expect(coverage(rects, 3840 / 1080)).toBeGreaterThan(0.85)
  })

  it('one big picture on 3840 by 1080 keeps its shape, the others beside it', () => {
    const [big] = tileRects('1+5', 3840 / 1080)
    expect(((big?.width ?? 0) * 3840) / ((big?.height ?? 0) * 1080)).toBeCloseTo(PICTURE_ASPECT)
  })

  it('a layout drawn by hand stays as drawn', () => {
    expect(tileRects('r2x1:0.0.1.1_1.0.1.1', 5760 / 1080)).toEqual(tileRects('r2x1:0.0.1.1_1.0.1.1'))
  })

  it('rows take the odd pictures from above', () => {
    expect(evenRows(5, 2).map(({ top }) => top)).toEqual([0, 0, 0, 0.5, 0.5])
  })
})

describe('arrow keys', () => {
  it.each([
    ['right', 0, 1],
    ['down', 1, 4],
    ['left', 3, 3],
    ['up', 8, 5],
  ] as const)('%s from tile %i of nine leads to %i', (direction, from, to) => {
    expect(neighbour(tileRects('9'), from, direction)).toBe(to)
  })

  it('leads from a big tile to one beside it', () => {
    const rects = tileRects('1+5')
    expect(rects[neighbour(rects, 0, 'right')]?.left).toBeCloseTo(2 / 3)
  })
})
