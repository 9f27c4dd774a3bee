import { describe, expect, it } from 'vitest'
import { cellAt, cellBetween, draw, erase, fillUp, finer, merge, nudge, onRaster, split } from '../src/layouts/raster_edit'
import { layoutProblems, type Cell } from '../src/wall/layout'

const cell = (x: number, y: number, w: number, h: number): Cell => ({ x, y, w, h })
const four = [cell(0, 0, 2, 2), cell(2, 0, 2, 2), cell(0, 2, 2, 2), cell(2, 2, 2, 2)]

describe('drawing on a raster', () => {
  it.each([
    ['to the lower right', { x: 1, y: 1 }, { x: 2, y: 3 }],
    ['to the upper left', { x: 2, y: 3 }, { x: 1, y: 1 }],
  ])('a drag %s gives the same cell', (_, from, to) => {
    expect(cellBetween(from, to)).toEqual(cell(1, 1, 2, 3))
  })

  it('a cell drawn over smaller ones takes their place, in reading order', () => {
    expect(draw(four, cell(0, 0, 2, 4))).toEqual([cell(0, 0, 2, 4), cell(2, 0, 2, 2), cell(2, 2, 2, 2)])
  })

  it('one drawn half over another leaves both, to be told of', () => {
    const cells = draw(four, cell(1, 0, 1, 1))
    expect(layoutProblems({ columns: 4, rows: 4, cells })).toEqual([{ kind: 'overlap', cell: 1, other: 0 }])
  })

  it('finds the cell under a place', () => {
    expect([cellAt(four, { x: 3, y: 1 }), cellAt(erase(four, 1), { x: 3, y: 1 })]).toEqual([1, -1])
  })

  it.each([
    ['side by side', 0, 1, [cell(0, 0, 4, 2), cell(0, 2, 2, 2), cell(2, 2, 2, 2)]],
    ['above one another', 3, 1, [cell(0, 0, 2, 2), cell(2, 0, 2, 4), cell(0, 2, 2, 2)]],
    ['across: those between go too', 0, 3, [cell(0, 0, 4, 4)]],
    ['with itself: not', 2, 2, null],
  ])('merges two cells %s', (_, one, other, expected) => {
    expect(merge(four, one, other)).toEqual(expected)
  })

  it('does not merge into a rectangle that another cell reaches into', () => {
    expect(merge([cell(0, 0, 1, 1), cell(1, 0, 2, 2), cell(0, 1, 1, 2)], 0, 1)).toBeNull()
  })

  it.each([
    ['a square into four', cell(0, 0, 2, 2), 4],
    ['a wide one into two', cell(0, 0, 3, 1), 2],
    ['a tall one into two', cell(0, 0, 1, 2), 2],
    ['one that is a single square of the raster: not', cell(0, 0, 1, 1), 1],
  ])('splits %s', (_, given, count) => {
    const parts = split([given], 0)
    expect(parts).toHaveLength(count)
    expect(parts.reduce((sum, { w, h }) => sum + w * h, 0)).toBe(given.w * given.h)
    expect(layoutProblems({ columns: 4, rows: 4, cells: parts })).toEqual([])
  })

  it('fills what is free, and only that', () => {
    const cells = fillUp([cell(0, 0, 2, 1)], 2, 2)
    expect(cells).toEqual([cell(0, 0, 2, 1), cell(0, 1, 1, 1), cell(1, 1, 1, 1)])
  })

  it('keeps the drawing on another raster, cut at its edge', () => {
    expect(onRaster(four, 3, 2)).toEqual([cell(0, 0, 2, 2), cell(2, 0, 1, 2)])
    expect(finer([cell(1, 0, 1, 1)], 3)).toEqual([cell(3, 0, 3, 3)])
  })

  it.each([
    ['moves', { x: 1, y: 0 }, false, cell(2, 1, 1, 1)],
    ['does not move beyond the edge', { x: 0, y: 1 }, false, cell(1, 1, 1, 1)],
    ['grows', { x: 1, y: 0 }, true, cell(1, 1, 2, 1)],
    ['does not shrink to nothing', { x: -1, y: 0 }, true, cell(1, 1, 1, 1)],
  ])('by keys %s', (_, step, resize, expected) => {
    expect(nudge(cell(1, 1, 1, 1), step, resize, 4, 2)).toEqual(expected)
  })
})
