/** Rows of the ranking: grids, or areas of one level, in the order asked for. Pure. */
import type { AreaNumbers, Counted, GridNumbers } from './numbers_types'
import { change } from './shade'

export const SORTS = ['cases', 'change', 'per_km2', 'per_1000', 'z', 'name'] as const
export type RankSort = (typeof SORTS)[number]

export interface RankRow extends Counted {
  code: string
  rank: number
  z: number | null
  heat: 'hot' | 'cold' | null
  /** Of an area, how many of its grids are hot. */
  hot: number | null
  change: number | null
}

export function rankRows(
  given: readonly (GridNumbers | AreaNumbers)[],
  sort: RankSort,
  rising: boolean,
  nameOf: (one: Counted) => string,
  text = '',
): RankRow[] {
  const rows = given.map((one): RankRow => {
    const isGrid = 'grid' in one
    return {
      name: one.name, name_en: one.name_en, cases: one.cases, before: one.before, km2: one.km2, population: one.population, per_km2: one.per_km2, per_1000: one.per_1000,
      code: isGrid ? one.grid : one.area,
      rank: 0,
      z: isGrid ? one.z : null,
      heat: isGrid ? one.heat : null,
      hot: isGrid ? null : one.hot,
      change: change(one.cases, one.before),
    }
  })
  const collator = new Intl.Collator('zh-CN', { numeric: true })
  const turn = rising ? 1 : -1
  rows.sort((a, b) => {
    if (sort === 'name') return turn * collator.compare(nameOf(a), nameOf(b)) || (a.code < b.code ? -1 : 1)
    const [x, y] = [valueIn(a, sort), valueIn(b, sort)]
    // What is not known comes last either way.
    if (x === null || y === null) return x === y ? (a.code < b.code ? -1 : 1) : x === null ? 1 : -1
    return turn * (x - y) || (a.code < b.code ? -1 : 1)
  })
  rows.forEach((row, index) => (row.rank = index + 1))
  const wanted = text.trim().toLocaleLowerCase()
  return wanted ? rows.filter((row) => `${row.name} ${row.name_en} ${row.code}`.toLocaleLowerCase().includes(wanted)) : rows
}

function valueIn(row: RankRow, sort: Exclude<RankSort, 'name'>): number | null {
  return sort === 'z' ? (row.z ?? row.hot) : row[sort]
}
