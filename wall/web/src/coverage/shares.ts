/** Shares of grids that are seen. Pure. */

export interface GridShare {
  code: string
  name: string
  open_m2: number
  seen: number
  double: number
  cameras: number
  blind: number
}

export function shareOf(properties: Record<string, unknown> | null): GridShare | null {
  if (properties?.['kind'] !== 'grid') return null
  const number = (key: string): number => Number(properties[key] ?? 0)
  const blind = number('blind') + number('blind_left_out')
  return { code: String(properties['code']), name: String(properties['name'] ?? ''), open_m2: number('open_m2'), seen: number('seen'), double: number('double'), cameras: number('cameras'), blind }
}

/** Of all grids together, by their open ground; null without any. */
export function together(shares: readonly GridShare[]): { seen: number; double: number; blind: number } | null {
  const open = shares.reduce((sum, one) => sum + one.open_m2, 0)
  if (open <= 0) return null
  const mean = (key: 'seen' | 'double'): number => shares.reduce((sum, one) => sum + one[key] * one.open_m2, 0) / open
  return { seen: mean('seen'), double: mean('double'), blind: shares.reduce((sum, one) => sum + one.blind, 0) }
}

/** With the largest unseen ground first among those seen alike. */
export function worst(shares: readonly GridShare[], count: number): GridShare[] {
  return [...shares].sort((a, b) => a.seen - b.seen || b.open_m2 - a.open_m2 || (a.code < b.code ? -1 : 1)).slice(0, count)
}

/** With a decimal where it is little: no camera and one camera are not the same. */
export const percent = (share: number): number => (share < 0.1 ? Math.round(share * 1000) / 10 : Math.round(share * 100))

/** From red over amber to green. */
export function colourOf(seen: number): string {
  const hue = Math.round(Math.min(1, Math.max(0, seen)) * 130)
  return `hsl(${hue} 70% 45% / 34%)`
}
