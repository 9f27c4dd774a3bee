/** Cameras by their distance from a place. Pure. */
import type { Camera } from '../api/types'

const EARTH_M = 6_371_000

/** Metres on a sphere: within 0.5 % of the ellipsoid, which no list of cameras needs better. */
export function metresBetween(lonA: number, latA: number, lonB: number, latB: number): number {
  const rad = Math.PI / 180
  const x = (lonB - lonA) * rad * Math.cos(((latA + latB) / 2) * rad)
  return EARTH_M * Math.hypot(x, (latB - latA) * rad)
}

export interface Nearby {
  camera: Camera
  metres: number
}

/** The others, nearest first; empty where the camera itself has no place. */
export function nearestTo(camera: Camera, others: Iterable<Camera>, limit: number): Nearby[] {
  const { lon, lat } = camera
  if (lon === null || lat === null) return []
  const found: Nearby[] = []
  for (const other of others) {
    if (other.id === camera.id || other.lon === null || other.lat === null) continue
    found.push({ camera: other, metres: metresBetween(lon, lat, other.lon, other.lat) })
  }
  return found.sort((a, b) => a.metres - b.metres || (a.camera.id < b.camera.id ? -1 : 1)).slice(0, limit)
}
