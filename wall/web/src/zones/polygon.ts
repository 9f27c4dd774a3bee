/** Polygons on a picture: points are fractions of it from its top left. Pure. */
export type Point = readonly [number, number]
export type Polygon = readonly Point[]

/** So near to the edge a corner is drawn onto it: what stands at the edge belongs into the zone. */
export const EDGE = 0.012
export const MOST_CORNERS = 64
/** Smaller zones are refused. */
export const LEAST_AREA = 0.0005

export function clamped([x, y]: Point): Point {
  return [rounded(Math.min(Math.max(x, 0), 1)), rounded(Math.min(Math.max(y, 0), 1))]
}

export function snapped(point: Point, within = EDGE): Point {
  const snap = (value: number): number => (value < within ? 0 : value > 1 - within ? 1 : value)
  return clamped([snap(point[0]), snap(point[1])])
}

export function withCorner(polygon: Polygon, index: number, to: Point): Polygon {
  return polygon.map((corner, at) => (at === index ? to : corner))
}

/** A corner in the middle of the side that begins at `index`. */
export function withNewCorner(polygon: Polygon, index: number): Polygon {
  const from = polygon[index]
  const to = polygon[(index + 1) % polygon.length]
  if (!from || !to || polygon.length >= MOST_CORNERS) return polygon
  const middle = clamped([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2])
  return [...polygon.slice(0, index + 1), middle, ...polygon.slice(index + 1)]
}

/** Three stay at least. */
export function withoutCorner(polygon: Polygon, index: number): Polygon {
  return polygon.length > 3 ? polygon.filter((_, at) => at !== index) : polygon
}

/** Moved as a whole, as far as the picture's edge lets it. */
export function moved(polygon: Polygon, [dx, dy]: Point): Polygon {
  const step = (axis: 0 | 1, by: number): number => {
    const values = polygon.map((corner) => corner[axis])
    return Math.min(Math.max(by, -Math.min(...values)), 1 - Math.max(...values))
  }
  const [right, down] = [step(0, dx), step(1, dy)]
  return polygon.map(([x, y]) => clamped([x + right, y + down]))
}

export function area(polygon: Polygon): number {
  let twice = 0
  polygon.forEach(([x, y], at) => {
    const [nextX, nextY] = polygon[(at + 1) % polygon.length] as Point
    twice += x * nextY - nextX * y
  })
  return Math.abs(twice) / 2
}

export type Side = readonly [Point, Point]

/** The sides that cross or touch others than their neighbours; none where the polygon is a simple one. */
export function crossings(polygon: Polygon): Side[] {
  const sides = polygon.map((corner, at) => [corner, polygon[(at + 1) % polygon.length] as Point] as const)
  const found = new Set<number>()
  for (let one = 0; one < sides.length; one += 1) {
    for (let other = one + 1; other < sides.length; other += 1) {
      const neighbours = other === one + 1 || (one === 0 && other === sides.length - 1)
      const [a, b] = [sides[one] as Side, sides[other] as Side]
      if (neighbours ? foldedBack(a, b, other === one + 1) : meet(a, b)) found.add(one).add(other)
    }
  }
  return [...found].sort((a, b) => a - b).map((index) => sides[index] as Side)
}

export type Fault = 'corners' | 'crossing' | 'small' | null

/** Why it is no zone yet, as the server would say. */
export function faultOf(polygon: Polygon): Fault {
  if (polygon.length < 3) return 'corners'
  if (crossings(polygon).length > 0) return 'crossing'
  return area(polygon) < LEAST_AREA ? 'small' : null
}

/** A rectangle in the middle of the lower half, where the ground is. */
export function firstShape(): Polygon {
  return [[0.35, 0.55], [0.65, 0.55], [0.65, 0.85], [0.35, 0.85]]
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}

function turn(a: Point, b: Point, c: Point): number {
  const cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
  return Math.abs(cross) < 1e-12 ? 0 : Math.sign(cross)
}

function between(a: Point, b: Point, c: Point): boolean {
  return Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1])
}

function meet([a, b]: Side, [c, d]: Side): boolean {
  const [one, two, three, four] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)]
  if (one !== two && three !== four && one * two <= 0 && three * four <= 0 && one * two * three * four !== 0) return true
  return (one === 0 && between(a, b, c)) || (two === 0 && between(a, b, d)) || (three === 0 && between(c, d, a)) || (four === 0 && between(c, d, b))
}

/** Two neighbouring sides that lie on each other. `inOrder`: the second begins where the first ends. */
function foldedBack(first: Side, second: Side, inOrder: boolean): boolean {
  const [from, corner, to] = inOrder ? [first[0], first[1], second[1]] : [second[0], second[1], first[1]]
  if (turn(from, corner, to) !== 0) return false
  const along = (from[0] - corner[0]) * (to[0] - corner[0]) + (from[1] - corner[1]) * (to[1] - corner[1])
  return along >= 0
}
