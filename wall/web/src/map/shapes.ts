/** Map features made ready for drawing: projected once, so that a redraw only multiplies and adds. Pure. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import { worldX, worldY } from './mercator'

export interface Shape {
  /** Each x, y, x, y, … as fractions of the world. */
  paths: Float64Array[]
  closed: boolean
  west: number
  north: number
  east: number
  south: number
  properties: Record<string, unknown>
}

function positions(geometry: Geometry): { closed: boolean; lines: Position[][] } {
  switch (geometry.type) {
    case 'Polygon':
      return { closed: true, lines: geometry.coordinates }
    case 'MultiPolygon':
      return { closed: true, lines: geometry.coordinates.flat() }
    case 'LineString':
      return { closed: false, lines: [geometry.coordinates] }
    case 'MultiLineString':
      return { closed: false, lines: geometry.coordinates }
    default:
      return { closed: false, lines: [] }
  }
}

function shapeOf(feature: Feature): Shape | null {
  // RFC 7946 lets a feature be without geometry: an area known by name only.
  const geometry = feature.geometry as Geometry | null
  if (!geometry) return null
  const { closed, lines } = positions(geometry)
  const shape: Shape = { paths: [], closed, west: 2, north: 2, east: -1, south: -1, properties: feature.properties ?? {} }
  for (const line of lines) {
    const path = new Float64Array(line.length * 2)
    line.forEach(([lon = 0, lat = 0], index) => {
      const x = worldX(lon)
      const y = worldY(lat)
      path[2 * index] = x
      path[2 * index + 1] = y
      shape.west = Math.min(shape.west, x)
      shape.east = Math.max(shape.east, x)
      shape.north = Math.min(shape.north, y)
      shape.south = Math.max(shape.south, y)
    })
    if (line.length > 1) shape.paths.push(path)
  }
  return shape.paths.length > 0 ? shape : null
}

/** Lines and polygons; points and features without geometry are left out. */
export function shapesOf(features: FeatureCollection): Shape[] {
  return features.features.map(shapeOf).filter((shape) => shape !== null)
}

/** The longest path: for a polygon of several parts, nearly always its main one. */
export function mainPath(shape: Shape): Float64Array {
  return shape.paths.reduce((best, path) => (path.length > best.length ? path : best))
}
