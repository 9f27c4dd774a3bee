/** Draws one square of the map from the vector tile that covers it, and finds what is to be written on it. */
import type { VectorTile, VectorTileFeature } from '@mapbox/vector-tile'
import { longestStretch, ringCentre, type Point } from '../map/geometry'
import { labelOf, lineOf, lineWidth, LOOKS, namesOf, surfaceOf, type Line, type Look, type StyleName, type Surface } from './vector_style'
import type { TileAt } from './tile_place'
import type { TileLabel } from './tile_store'

/** Of one tile; a tile of a dense city has some 20 000. */
const MOST_FEATURES = 60_000
const MOST_POINTS = 1_000_000
const MOST_LABELS = 200
const BUILDINGS_FROM = 13
const EDGES_FROM = 15

type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

/** Two-dimensional, in the square's pixels. */
interface Piece {
  rings: Point[][]
}

interface Sorted {
  surfaces: Record<Surface, Piece[]>
  lines: Record<Line, Piece[]>
  labels: TileLabel[]
}

/** The square `at` on a canvas of `size` pixels; `data` is the tile it lies in. `scale`: pixels of the canvas to one on screen. */
export function drawVectorTile(context: Context, tile: VectorTile, data: TileAt, at: TileAt, size: number, style: StyleName): TileLabel[] {
  const look = LOOKS[style]
  const sorted = sortFeatures(tile, data, at, size)
  context.fillStyle = look.earth
  context.fillRect(0, 0, size, size)
  const scale = size / 256
  for (const surface of ['built', 'green', 'water', 'building'] as const) fill(context, sorted.surfaces[surface], look.surface[surface])
  if (at.z >= EDGES_FROM) stroke(context, sorted.surfaces.building, look.buildingEdge, 0.7 * scale, true)
  for (const line of ['river', 'border', 'path', 'rail', 'minor', 'main'] as const) drawLines(context, look, line, sorted.lines[line], at.z, scale)
  return sorted.labels
}

function drawLines(context: Context, look: Look, line: Line, pieces: Piece[], zoom: number, scale: number): void {
  const width = lineWidth(line, zoom) * scale
  if (width === 0) return
  context.setLineDash(line === 'rail' || line === 'border' ? [4 * scale, 3 * scale] : [])
  stroke(context, pieces, look.line[line], width, false)
  context.setLineDash([])
}

function sortFeatures(tile: VectorTile, data: TileAt, at: TileAt, size: number): Sorted {
  const sorted: Sorted = {
    surfaces: { earth: [], green: [], water: [], built: [], building: [] },
    lines: { river: [], main: [], minor: [], path: [], rail: [], border: [] },
    labels: [],
  }
  const within = 2 ** (at.z - data.z)
  let features = 0
  let points = 0
  for (const [name, layer] of Object.entries(tile.layers)) {
    const unit = (size * within) / layer.extent
    const move: [number, number] = [(at.x - data.x * within) * size, (at.y - data.y * within) * size]
    for (let n = 0; n < layer.length; n++) {
      if (++features > MOST_FEATURES) return sorted
      const feature = layer.feature(n)
      const wanted = wantedOf(name, feature, at.z)
      if (!wanted) continue
      const rings = feature.loadGeometry().map((ring) => ring.map(({ x, y }): Point => [x * unit - move[0], y * unit - move[1]]))
      points += rings.reduce((sum, ring) => sum + ring.length, 0)
      if (points > MOST_POINTS) return sorted
      if (!touches(rings, size)) continue
      if (wanted.surface) sorted.surfaces[wanted.surface].push({ rings })
      if (wanted.line) sorted.lines[wanted.line].push({ rings })
      if (wanted.label && sorted.labels.length < MOST_LABELS) addLabel(sorted.labels, name, feature, rings, at, size)
    }
  }
  return sorted
}

function wantedOf(layer: string, { type, properties }: VectorTileFeature, zoom: number): { surface: Surface | null; line: Line | null; label: boolean } | null {
  const surface = type === 3 ? surfaceOf(layer, properties) : null
  const line = type === 2 ? lineOf(layer, properties) : null
  const label = labelOf(layer, properties)
  const written = label !== null && zoom + 0.75 >= label.from && namesOf(properties).zh !== ''
  const shown = surface !== null && (surface !== 'building' || zoom >= BUILDINGS_FROM)
  if (!shown && !line && !written) return null
  return { surface: shown ? surface : null, line, label: written }
}

function touches(rings: Point[][], size: number): boolean {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of rings) {
    for (const [x, y] of ring) {
      west = Math.min(west, x)
      east = Math.max(east, x)
      north = Math.min(north, y)
      south = Math.max(south, y)
    }
  }
  const edge = size / 16
  return east >= -edge && west <= size + edge && south >= -edge && north <= size + edge
}

/** Only what stands within the square itself: its neighbours write theirs. */
function addLabel(labels: TileLabel[], layer: string, { type, properties }: VectorTileFeature, rings: Point[][], at: TileAt, size: number): void {
  const label = labelOf(layer, properties)
  const ring = rings.reduce<Point[]>((best, one) => (one.length > best.length ? one : best), [])
  if (!label || ring.length === 0) return
  let [x, y, angle, along] = [0, 0, 0, 0]
  if (type === 2) {
    const stretch = longestStretch(ring, size, size)
    if (!stretch) return
    ;[x, y, angle, along] = [stretch.x, stretch.y, stretch.angle, stretch.length]
  } else {
    ;[x, y] = type === 3 ? ringCentre(ring) : (ring[0] ?? [0, 0])
  }
  if (!(x >= 0 && y >= 0 && x < size && y < size)) return
  const world = 2 ** at.z
  labels.push({
    ...namesOf(properties), kind: label.kind, rank: label.rank, angle, along: along / size / world,
    x: (at.x + x / size) / world, y: (at.y + y / size) / world,
  })
}

function path(context: Context, pieces: Piece[], closed: boolean): void {
  context.beginPath()
  for (const { rings } of pieces) {
    for (const ring of rings) {
      ring.forEach(([x, y], n) => (n === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
      if (closed) context.closePath()
    }
  }
}

/** Each by itself: shapes of one layer may overlap, and together would be holes in one another. */
function fill(context: Context, pieces: Piece[], colour: string): void {
  context.fillStyle = colour
  for (const piece of pieces) {
    path(context, [piece], true)
    context.fill('evenodd')
  }
}

function stroke(context: Context, pieces: Piece[], colour: string, width: number, closed: boolean): void {
  path(context, pieces, closed)
  context.lineWidth = width
  context.lineCap = context.lineJoin = 'round'
  context.strokeStyle = colour
  context.stroke()
}
