/** A small map of one place: what lies around it, in metres from it, north up. Pure. */
import type { Feature, Geometry, Position } from 'geojson'

export interface Around {
  lon: number
  lat: number
  /** Half the width and height shown, metres. */
  reach: number
}

const METRES_PER_DEGREE = 111_320

function metres({ lon, lat }: Around, [x = 0, y = 0]: Position): [number, number] {
  return [(x - lon) * METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180), (lat - y) * METRES_PER_DEGREE]
}

function linesOf(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case 'LineString':
      return [geometry.coordinates]
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates
    case 'MultiPolygon':
      return geometry.coordinates.flat()
    default:
      return []
  }
}

function isNear(line: [number, number][], reach: number): boolean {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [x, y] of line) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return left <= reach && right >= -reach && top <= reach && bottom >= -reach
}

/** The lines and outlines that come into view, as one SVG path. */
export function pathAround(features: readonly Feature[], around: Around): string {
  return features
    .flatMap((feature) => linesOf(feature.geometry))
    .map((line) => line.map((point) => metres(around, point)))
    .filter((line) => isNear(line, around.reach))
    .map((line) => `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`)
    .join('')
}

/** A round number of metres for the scale: about a quarter of the width. */
export function scaleLength(reach: number): number {
  return [20, 50, 100, 200, 500, 1000].find((length) => length >= reach / 3) ?? 1000
}
