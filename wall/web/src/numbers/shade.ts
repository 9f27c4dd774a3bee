/** The colours of the map of numbers, and what each grid gets. Pure. */
import { classOf, limitsOf, type Method } from './classes'
import { valueOf, type GridNumbers, type Heat, type Measure } from './numbers_types'

/** From dark to bright, told apart also by who sees no red or green: on a dark ground brightness is more. */
const RAMP = ['#24507c', '#2b7f9e', '#3aab94', '#8fd06f', '#f6e751']
export const NONE = '#17212c'
/** Nobody lives there, or nobody said how many: hatched. */
export const UNKNOWN = '#4b5a69'
export const HEAT: Record<Heat, string> = { hot: '#ff5d5d', cold: '#59a8ff' }

export interface ShadeClass {
  colour: string
  /** From above `low` up to `high`. */
  low: number
  high: number
  grids: number
}

export interface Shading {
  classes: ShadeClass[]
  /** Grids without a case, and those whose value is not known. */
  none: number
  unknown: number
  /** By code of the grid: index of its class, -1 none, -2 unknown. */
  of: Map<string, number>
}

export function shadingOf(grids: readonly GridNumbers[], measure: Measure, method: Method): Shading {
  const values = grids.map((one) => valueOf(one, measure))
  const limits = limitsOf(values.filter((value) => value !== null), method)
  const colours = coloursFor(limits.length)
  const classes = limits.map((high, at): ShadeClass => ({ colour: colours[at] ?? NONE, low: limits[at - 1] ?? 0, high, grids: 0 }))
  const shading: Shading = { classes, none: 0, unknown: 0, of: new Map() }
  grids.forEach((one, index) => {
    const value = values[index] ?? null
    const at = value === null ? -2 : classOf(value, limits)
    shading.of.set(one.grid, at)
    if (at === -2) shading.unknown++
    else if (at === -1) shading.none++
    else (classes[at] as ShadeClass).grids++
  })
  return shading
}

/** Few classes take colours from the whole ramp. */
function coloursFor(n: number): string[] {
  if (n <= 1) return n === 1 ? [RAMP[2] as string] : []
  return Array.from({ length: n }, (_, at) => RAMP[Math.round((at * (RAMP.length - 1)) / (n - 1))] as string)
}

/** A figure short enough for a legend. */
export function figure(value: number, locale: string): string {
  const digits = Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString(locale, { maximumFractionDigits: digits })
}

/** Against the stretch before, in percent; null where there was nothing before. */
export function change(now: number, before: number): number | null {
  return before > 0 ? Math.round(((now - before) / before) * 100) : null
}

/** From tenfold on a percentage is only a long number. */
export function changeText(percent: number | null): string {
  if (percent === null) return '–'
  if (percent >= 900) return `×${Math.round(percent / 100 + 1)}`
  return `${percent > 0 ? '+' : ''}${percent} %`
}
