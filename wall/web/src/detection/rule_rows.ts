/** Rows of the table of rules, in the order somebody wants to see them in. Pure. */
import type { RuleFigures } from './detection_types'

export type RuleOrder = 'false' | 'precision' | 'waiting' | 'judged'
export const RULE_ORDERS: readonly RuleOrder[] = ['false', 'precision', 'waiting', 'judged']

export function falseOnes(row: Pick<RuleFigures, 'judged' | 'right'>): number {
  return row.judged - row.right
}

export function sortedRules(rows: readonly RuleFigures[], order: RuleOrder): RuleFigures[] {
  const worst = (row: RuleFigures): number =>
    ({
      false: falseOnes(row),
      // By the upper end: what is surely bad comes before what merely was judged once.
      precision: row.judged ? 1 - row.high : -1,
      waiting: row.waiting,
      judged: row.judged,
    })[order]
  return [...rows].sort((a, b) => worst(b) - worst(a) || falseOnes(b) - falseOnes(a) || a.camera_id.localeCompare(b.camera_id))
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Of a sparkline in a box of `width` × `height`; parts in which nothing was judged are left out. */
export function trendPoints(trend: readonly [number, number][], width: number, height: number): [number, number][] {
  const step = trend.length > 1 ? width / (trend.length - 1) : 0
  return trend.flatMap(([right, judged], index): [number, number][] => (judged ? [[index * step, height * (1 - right / judged)]] : []))
}

/** The causes of the false ones, the most frequent first. */
export function byCause(rejected: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(rejected).sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
}
