/** Which tiles a view needs, and where each lies on the map. Pure. */
import { worldX, worldY } from '../map/mercator'
import type { BaseMapInfo } from './base_map_types'
import { gcj02ToWgs84, wgs84ToGcj02 } from './gcj02'

export interface TileAt {
  z: number
  x: number
  y: number
}

/** Corners as fractions of the world: north-west, north-east, south-west. */
export interface TileCorners {
  nw: readonly [number, number]
  ne: readonly [number, number]
  sw: readonly [number, number]
}

/** Degrees: west, south, east, north. */
export type Rectangle = readonly [number, number, number, number]

/** More than any screen shows; a view that needs more is given coarser tiles. */
const MOST_TILES = 400
/** Below this zoom a tile cut in degrees is so high that its rows bend visibly under mercator: it is drawn in strips. */
const STRIPS_BELOW = 10

export function latitudeOf(worldFraction: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * worldFraction))) * 180) / Math.PI
}

/** Columns and rows of a zoom. */
export function tilesAcross(grid: BaseMapInfo['grid'], z: number): [number, number] {
  return [2 ** z, grid === 'mercator' ? 2 ** z : 2 ** Math.max(0, z - 1)]
}

/** Column and row, with fractions, of a place in the tiles' own coordinates. */
function cell(grid: BaseMapInfo['grid'], z: number, lon: number, lat: number): [number, number] {
  const across = 2 ** z
  return grid === 'mercator' ? [worldX(lon) * across, worldY(lat) * across] : [((lon + 180) / 360) * across, ((90 - lat) / 360) * across]
}

function placeOfCell(grid: BaseMapInfo['grid'], z: number, column: number, row: number): [number, number] {
  const across = 2 ** z
  return [(column / across) * 360 - 180, grid === 'mercator' ? latitudeOf(row / across) : 90 - (row / across) * 360]
}

/** Those that touch a rectangle of the map (WGS 84), at a zoom the map has, the middle ones first. */
export function tilesFor(map: Pick<BaseMapInfo, 'grid' | 'coordinates' | 'min_zoom' | 'max_zoom'>, view: Rectangle, zoom: number): TileAt[] {
  const corners = [0, 1, 2, 3].map((n) => {
    const lon = view[n % 2 === 0 ? 0 : 2]
    const lat = view[n < 2 ? 1 : 3]
    return map.coordinates === 'gcj02' ? wgs84ToGcj02(lon, lat) : ([lon, lat] as const)
  })
  const lons = corners.map(([lon]) => lon)
  const lats = corners.map(([, lat]) => lat)
  for (let z = Math.min(Math.max(Math.round(zoom), map.min_zoom), map.max_zoom); z >= map.min_zoom; z--) {
    const [left, top] = cell(map.grid, z, Math.min(...lons), Math.max(...lats))
    const [right, bottom] = cell(map.grid, z, Math.max(...lons), Math.min(...lats))
    const [columns, rows] = tilesAcross(map.grid, z)
    const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(columns - 1, Math.floor(right))]
    const [y0, y1] = [Math.max(0, Math.floor(top)), Math.min(rows - 1, Math.floor(bottom))]
    if ((x1 - x0 + 1) * (y1 - y0 + 1) > MOST_TILES) continue
    const found: TileAt[] = []
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) found.push({ z, x, y })
    const far = ({ x, y }: TileAt): number => Math.hypot(x + 0.5 - (left + right) / 2, y + 0.5 - (top + bottom) / 2)
    return found.sort((a, b) => far(a) - far(b))
  }
  return []
}

function corner(map: Pick<BaseMapInfo, 'grid' | 'coordinates'>, z: number, column: number, row: number): [number, number] {
  const place = placeOfCell(map.grid, z, column, row)
  const [lon, lat] = map.coordinates === 'gcj02' ? gcj02ToWgs84(...place) : place
  return [worldX(lon), worldY(lat)]
}

/**
 * Where the strips of a tile lie, from the north down: one, but for high tiles cut in degrees. Between its corners a strip
 * is drawn as a parallelogram. Of GCJ-02 the shift of each corner is exact, and within a tile at its own scale the rest of
 * it is a third of a pixel at most (zoom 11).
 */
export function tileStrips(map: Pick<BaseMapInfo, 'grid' | 'coordinates'>, { z, x, y }: TileAt): TileCorners[] {
  const strips = map.grid === 'degrees' && z < STRIPS_BELOW ? 16 : 1
  return Array.from({ length: strips }, (_, n) => ({
    nw: corner(map, z, x, y + n / strips),
    ne: corner(map, z, x + 1, y + n / strips),
    sw: corner(map, z, x, y + (n + 1) / strips),
  }))
}
