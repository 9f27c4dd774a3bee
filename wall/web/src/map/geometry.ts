/** What labels need to know of shapes on the screen. Pure; points are pixels. */
export type Point = readonly [number, number]

/** The middle of a ring by area (the shoelace formula); of its corners where the area is nil. */
export function ringCentre(ring: readonly Point[]): Point {
  let area = 0
  let x = 0
  let y = 0
  for (let i = 0; i < ring.length; i++) {
    const [x0, y0] = ring[i] ?? [0, 0]
    const [x1, y1] = ring[(i + 1) % ring.length] ?? [0, 0]
    const cross = x0 * y1 - x1 * y0
    area += cross
    x += (x0 + x1) * cross
    y += (y0 + y1) * cross
  }
  if (Math.abs(area) < 1e-12) {
    const n = Math.max(1, ring.length)
    return [ring.reduce((s, p) => s + p[0], 0) / n, ring.reduce((s, p) => s + p[1], 0) / n]
  }
  return [x / (3 * area), y / (3 * area)]
}

export interface Stretch {
  x: number
  y: number
  /** Radians, turned so that text on it is never upside down. */
  angle: number
  length: number
}

/** The longest straight piece of a line inside the picture, where its name can be written. */
export function longestStretch(line: readonly Point[], width: number, height: number): Stretch | null {
  let best: Stretch | null = null
  for (let i = 1; i < line.length; i++) {
    const [x0, y0] = line[i - 1] ?? [0, 0]
    const [x1, y1] = line[i] ?? [0, 0]
    const x = (x0 + x1) / 2
    const y = (y0 + y1) / 2
    if (x < 0 || y < 0 || x > width || y > height) continue
    const length = Math.hypot(x1 - x0, y1 - y0)
    if (best && length <= best.length) continue
    let angle = Math.atan2(y1 - y0, x1 - x0)
    if (angle > Math.PI / 2) angle -= Math.PI
    if (angle < -Math.PI / 2) angle += Math.PI
    best = { x, y, angle, length }
  }
  return best
}
