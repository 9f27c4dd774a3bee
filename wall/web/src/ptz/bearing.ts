/** Where a dome looks, from the ground it sees. Pure. */
import type { Polygon } from 'geojson'

export interface Standing {
  lon: number | null
  lat: number | null
}

/** Clockwise from north in degrees, 0…360, from where it stands to the middle of what it sees; null: not known. */
export function bearingOf(camera: Standing, view: Polygon | null): number | null {
  const ring = view?.coordinates[0]
  if (!ring || ring.length < 3 || camera.lon === null || camera.lat === null) return null
  let east = 0
  let north = 0
  const shrink = Math.cos((camera.lat * Math.PI) / 180)
  // The last point repeats the first.
  for (const [lon = 0, lat = 0] of ring.slice(0, -1)) {
    east += (lon - camera.lon) * shrink
    north += lat - camera.lat
  }
  if (Math.hypot(east, north) < 1e-9) return null
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360
}

/** Field of view across the picture at a magnification, degrees. */
export function hfovAt(wideHfovDeg: number, zoom: number | null): number {
  const half = (wideHfovDeg * Math.PI) / 360
  return (Math.atan(Math.tan(half) / Math.max(1, zoom ?? 1)) * 360) / Math.PI
}
