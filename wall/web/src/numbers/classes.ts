/** Values sorted into few classes for a map of shades. Pure. */

export type Method = 'natural' | 'quantile'
export const METHODS: readonly Method[] = ['natural', 'quantile']
export const MOST_CLASSES = 5
/** Natural breaks are looked for among so many values at most: their time grows with the square. */
const MOST_STEPS = 400

/** Upper limits of the classes of what is above nothing, rising, the last one the greatest value; as few as there are
 * different values. A value belongs to the first class whose limit it does not exceed. */
export function limitsOf(values: readonly number[], method: Method, most = MOST_CLASSES): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b)
  const different = [...new Set(sorted)]
  if (different.length <= most) return different
  return method === 'quantile' ? quantiles(sorted, most) : naturalBreaks(sorted, most)
}

/** -1 for nothing, else the class. */
export function classOf(value: number, limits: readonly number[]): number {
  if (value <= 0) return -1
  const at = limits.findIndex((limit) => value <= limit)
  return at < 0 ? limits.length - 1 : at
}

function quantiles(sorted: readonly number[], classes: number): number[] {
  const limits: number[] = []
  for (let k = 1; k <= classes; k++) {
    const limit = sorted[Math.ceil((k * sorted.length) / classes) - 1] ?? 0
    // Where one value fills more than a class, the class is one with the next.
    if (limit !== limits[limits.length - 1]) limits.push(limit)
  }
  return limits
}

interface Step {
  value: number
  n: number
}

/** Fisher 1958, known as Jenks: the classes within which values differ least from their mean. */
function naturalBreaks(sorted: readonly number[], classes: number): number[] {
  const steps = stepsOf(sorted)
  const weight = [0]
  const sum = [0]
  const squares = [0]
  steps.forEach(({ value, n }, index) => {
    weight.push((weight[index] ?? 0) + n)
    sum.push((sum[index] ?? 0) + n * value)
    squares.push((squares[index] ?? 0) + n * value * value)
  })
  const within = (from: number, to: number): number => {
    const n = (weight[to] ?? 0) - (weight[from] ?? 0)
    const s = (sum[to] ?? 0) - (sum[from] ?? 0)
    return (squares[to] ?? 0) - (squares[from] ?? 0) - (s * s) / n
  }
  let costs = steps.map((_, index) => within(0, index + 1))
  const begins: number[][] = []
  for (let k = 1; k < classes; k++) {
    const next = costs.slice()
    const begin = steps.map(() => 0)
    for (let last = k; last < steps.length; last++) {
      let best = Infinity
      for (let first = k; first <= last; first++) {
        const cost = (costs[first - 1] ?? Infinity) + within(first, last + 1)
        if (cost < best) {
          best = cost
          begin[last] = first
        }
      }
      next[last] = best
    }
    costs = next
    begins.push(begin)
  }
  const limits = [steps[steps.length - 1]?.value ?? 0]
  for (let k = classes - 2, last = steps.length - 1; k >= 0; k--) {
    last = (begins[k]?.[last] ?? 1) - 1
    limits.unshift(steps[last]?.value ?? 0)
  }
  return limits
}

/** Different values with how often they come; of very many, neighbours are taken together under the greatest. */
function stepsOf(sorted: readonly number[]): Step[] {
  const steps: Step[] = []
  for (const value of sorted) {
    const last = steps[steps.length - 1]
    if (last?.value === value) last.n++
    else steps.push({ value, n: 1 })
  }
  if (steps.length <= MOST_STEPS) return steps
  const together = Math.ceil(steps.length / MOST_STEPS)
  const fewer: Step[] = []
  for (let at = 0; at < steps.length; at += together) {
    const some = steps.slice(at, at + together)
    fewer.push({ value: some[some.length - 1]?.value ?? 0, n: some.reduce((n, one) => n + one.n, 0) })
  }
  return fewer
}
