import { expect, it } from 'vitest'
import { colourOf, shareOf, together, worst, type GridShare } from '../src/coverage/shares'

const share = (code: string, seen: number, open_m2: number): GridShare => ({ code, name: code, open_m2, seen, double: seen / 2, cameras: 1, blind: 1 })

it('reads grids and leaves blind spots out', () => {
  expect(shareOf({ kind: 'blind', code: 'g1', area_m2: 500 })).toBeNull()
  expect(shareOf({ kind: 'grid', code: 'g1', seen: 0.5, blind: 50, blind_left_out: 2 })?.blind).toBe(52)
})

it('counts all grids by their open ground', () => {
  expect(together([share('a', 1, 100), share('b', 0, 300)])).toEqual({ seen: 0.25, double: 0.125, blind: 2 })
  expect(together([])).toBeNull()
})

it('lists the worst first, the larger of equals before', () => {
  expect(worst([share('a', 0.2, 1), share('b', 0, 5), share('c', 0, 9)], 2).map(({ code }) => code)).toEqual(['c', 'b'])
})

it('goes from red to green', () => {
  expect(colourOf(-1)).toContain('hsl(0 ')
  expect(colourOf(2)).toContain('hsl(130 ')
})
