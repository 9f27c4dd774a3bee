import { describe, expect, it } from 'vitest'
import { classOf, limitsOf } from '../src/numbers/classes'
import type { GridNumbers } from '../src/numbers/numbers_types'
import { addressOf, asked, calendarSpan, PLAIN, questionOf } from '../src/numbers/question'
import { rankRows } from '../src/numbers/ranking'
import { change, changeText, shadingOf } from '../src/numbers/shade'

function grid(code: string, cases: number, more: Partial<GridNumbers> = {}): GridNumbers {
  return { grid: code, village: 'v', edition: null, name: code, name_en: code, cases, before: 0, km2: 0.5, population: 100, per_km2: cases * 2, per_1000: cases * 10, z: null, q: null, heat: null, words: { zh: '', en: '' }, ...more }
}

/** Sum of squares within classes, for every way to cut: the truth natural breaks must reach. */
function bestCost(sorted: number[], classes: number): number {
  const cost = (part: number[]): number => {
    const mean = part.reduce((a, b) => a + b, 0) / part.length
    return part.reduce((a, b) => a + (b - mean) ** 2, 0)
  }
  if (classes === 1) return cost(sorted)
  let best = Infinity
  for (let cut = 1; cut <= sorted.length - classes + 1; cut++) best = Math.min(best, cost(sorted.slice(0, cut)) + bestCost(sorted.slice(cut), classes - 1))
  return best
}

describe('classes of a map', () => {
  it('are natural where values lie in clumps', () => {
    expect(limitsOf([1, 2, 2, 3, 40, 41, 42, 90, 300, 310, 1000], 'natural')).toEqual([3, 42, 90, 310, 1000])
  })

  it('are the best there are, tried against every way to cut', () => {
    let seed = 7
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647
    for (let turn = 0; turn < 20; turn++) {
      const values = Array.from({ length: 14 }, () => Math.ceil(random() ** 3 * 100)).sort((a, b) => a - b)
      const limits = limitsOf(values, 'natural', 4)
      const parts = limits.map((_, at) => values.filter((value) => classOf(value, limits) === at))
      const cost = parts.reduce((sum, part) => {
        const mean = part.reduce((a, b) => a + b, 0) / part.length
        return sum + part.reduce((a, b) => a + (b - mean) ** 2, 0)
      }, 0)
      if (new Set(values).size > 4) expect(cost).toBeCloseTo(bestCost(values, 4), 6)
    }
  })

  it('by quantiles hold about as many each, one value never in two', () => {
    const values = Array.from({ length: 100 }, (_, n) => n + 1)
    expect(limitsOf(values, 'quantile')).toEqual([20, 40, 60, 80, 100])
    expect(limitsOf([1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7], 'quantile')).toEqual([1, 3, 5, 7])
  })

  it('are no more than there are values, and nothing is no class', () => {
    expect(limitsOf([0, 0, 2, 2, 5], 'natural')).toEqual([2, 5])
    expect(limitsOf([0, 0], 'quantile')).toEqual([])
    expect([0, 2, 3, 9].map((value) => classOf(value, [2, 5]))).toEqual([-1, 0, 1, 1])
  })

  it('of a whole city are found at once', () => {
    const values = Array.from({ length: 8436 }, (_, n) => ((n * 7919) % 8436) / 7)
    const limits = limitsOf(values, 'natural')
    expect(limits).toHaveLength(5)
    expect(limits[4]).toBe(Math.max(...values))
  })
})

describe('the shading', () => {
  it('tells none from unknown, and counts the grids of each class', () => {
    const grids = [grid('a', 0), grid('b', 1), grid('c', 9), grid('d', 3, { population: null, per_1000: null })]
    const shading = shadingOf(grids, 'people', 'natural')
    expect([shading.none, shading.unknown, shading.classes.map((one) => one.grids)]).toEqual([1, 1, [1, 1]])
    expect(['a', 'b', 'c', 'd'].map((code) => shading.of.get(code))).toEqual([-1, 0, 1, -2])
  })

  it('puts changes in words', () => {
    expect([change(3, 0), change(3, 2), change(1, 4)]).toEqual([null, 50, -75])
    expect([null, 50, -75, 0, 7073].map(changeText)).toEqual(['–', '+50 %', '-75 %', '0 %', '×72'])
  })
})

describe('the question', () => {
  it('stands in the address, and what is odd there is passed over', () => {
    const question = { ...PLAIN, from: '2026-01-01', to: '2026-02-01', per: 'people' as const, class: '05-01', weekday: '0' }
    expect(questionOf(addressOf(question))).toEqual(question)
    expect(addressOf(PLAIN)).toBe('')
    expect(questionOf('?days=999&level=7&from=x&to=2026-01-01&hour=24&per=odd&edition=../etc')).toEqual(PLAIN)
  })

  it('is asked by days or by dates, never both', () => {
    expect(asked(PLAIN).toString()).toBe('days=90&edition=day&per=grid')
    expect(asked({ ...PLAIN, from: '2026-01-01' }, 'per', 'edition').toString()).toBe('from=2026-01-01')
  })

  it('knows the weeks and quarters of the calendar', () => {
    expect(calendarSpan('week', '2026-11-22')).toEqual({ from: '2026-11-16', to: '2026-11-22' })
    expect(calendarSpan('week', '2026-06-01').from).toBe('2026-06-01')
    expect(['month', 'quarter', 'year'].map((kind) => calendarSpan(kind as 'month', '2026-05-31').from)).toEqual(['2026-05-01', '2026-04-01', '2026-01-01'])
  })
})

describe('the ranking', () => {
  it('keeps its places while one looks for a name, and puts the unknown last either way', () => {
    const grids = [grid('甲', 3), grid('乙', 9, { per_1000: null }), grid('丙', 5)]
    const codes = (rising: boolean): string[] => rankRows(grids, 'per_1000', rising, (one) => one.name).map((row) => row.code)
    expect(codes(false)).toEqual(['丙', '甲', '乙'])
    expect(codes(true)).toEqual(['甲', '丙', '乙'])
    const [found] = rankRows(grids, 'cases', false, (one) => one.name, '甲')
    expect([found?.code, found?.rank]).toEqual(['甲', 3])
  })
})
