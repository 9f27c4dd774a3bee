import { describe, expect, it } from 'vitest'
import { fitWall, gridOf, LAYOUTS, neighbour, plainRects, spotlightRects, spotlightSpan, type Rect } from '../src/wall/layout'

function area(rects: Rect[]): number {
  return rects.reduce((sum, r) => sum + r.width * r.height, 0)
}

function overlap(a: Rect, b: Rect): boolean {
  const e = 1e-9
  return a.left + e < b.left + b.width && b.left + e < a.left + a.width && a.top + e < b.top + b.height && b.top + e < a.top + a.height
}

describe.each(LAYOUTS)('layout %i', (layout) => {
  it.each([
    ['plain', plainRects(layout)],
    ['with the spotlight', spotlightRects(layout)],
  ])('%s covers the wall exactly once', (_, rects) => {
    expect(area(rects)).toBeCloseTo(1)
    rects.forEach((a, i) => rects.slice(i + 1).forEach((b) => expect(overlap(a, b)).toBe(false)))
  })

  it('has as many tiles as its name', () => {
    expect(plainRects(layout)).toHaveLength(layout)
  })

  it('gives the spotlight about half of the wall, and leaves others beside it', () => {
    const [spot, ...others] = spotlightRects(layout)
    if (layout <= 4) expect(others).toHaveLength(0)
    else expect(others.length).toBeGreaterThanOrEqual(5)
    expect(spot?.width).toBeCloseTo(spotlightSpan(layout) / gridOf(layout).columns)
  })
})

it('forty is eight by five', () => {
  expect(gridOf(40)).toEqual({ columns: 8, rows: 5 })
})

describe('arrow keys', () => {
  it.each([
    ['right', 0, 1],
    ['down', 1, 4],
    ['left', 3, 3],
    ['up', 8, 5],
  ] as const)('%s from tile %i of nine leads to %i', (direction, from, to) => {
    expect(neighbour(plainRects(9), from, direction)).toBe(to)
  })

  it('leads from the spotlight to the tile beside it', () => {
    const rects = spotlightRects(9)
    const to = neighbour(rects, 0, 'right')
    expect(rects[to]?.left).toBeCloseTo(2 / 3)
  })
})

describe('fitting the wall into its box', () => {
  it.each([
    ['a box of the right shape is filled', 9, 1600, 900, 1600, 900],
    ['a slightly taller one too', 9, 1600, 1050, 1600, 1050],
    ['a much taller one is not', 9, 1600, 4000, 1600, 1098],
    ['a much wider one is not', 1, 4000, 900, 1952, 900],
  ] as const)('%s', (_, layout, width, height, w, h) => {
    expect(fitWall(layout, width, height)).toEqual({ width: w, height: h })
  })
})
