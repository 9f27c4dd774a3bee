/** One base map as the server tells of it (`GET /map/base-maps`). */
export interface BaseMapInfo {
  id: string
  name: string
  name_en: string
  kind: 'raster' | 'vector'
  /** How its tiles are cut: EPSG:3857, or degrees from 180° W, 90° N. */
  grid: 'mercator' | 'degrees'
  coordinates: 'wgs84' | 'gcj02'
  min_zoom: number
  max_zoom: number
  /** West, south, east, north. */
  bounds: readonly [number, number, number, number] | null
  attribution: string
  opacity: number
  look: 'dimmed' | 'inverted' | 'original'
  style: 'dark' | 'light'
  overlays: readonly string[]
  offered: boolean
  available: boolean
  version: string
}

/** The town's own layers, among the base maps. */
export const OWN = 'own'

export function tileAddress(map: BaseMapInfo, z: number, x: number, y: number): string {
  return `/api/v1/map/tiles/${map.id}/${z}/${x}/${y}?v=${map.version}`
}
