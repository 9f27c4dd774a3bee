import type { ShelfProblem } from './shelf_store'

/** What the operator is told when something could not be kept or opened. */
export function problemText(problem: ShelfProblem, t: (key: string, named?: Record<string, unknown>) => string): string {
  if (problem.kind === 'changed') return t('presets.problem.changed', { by: problem.by })
  if (problem.kind === 'refused') return problem.message
  return problem.kind === 'network' ? t('errors.network') : t(`presets.problem.${problem.kind}`)
}
