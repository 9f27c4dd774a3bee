/** Aims gathered for a calibration. Pure. */
import type { CalibrationAim, PtzNews } from './ptz_types'

/** Fewer say nothing of how well it fits; two are the least that can be solved. */
export const FEWEST_AIMS = 2
/** The server takes no more. */
export const MOST_AIMS = 40

/** An aim from the place clicked on the map, where the dome looks, and the point of the picture meant (its middle at first). */
export function aimOf(
  place: { lon: number; lat: number },
  news: Pick<PtzNews, 'pan_deg' | 'tilt_deg' | 'zoom'>,
  heightM: number,
  point: { x: number; y: number } | null,
): CalibrationAim | null {
  if (news.pan_deg === null || news.tilt_deg === null) return null
  return {
    lon: place.lon,
    lat: place.lat,
    ...(heightM !== 0 ? { height_m: heightM } : {}),
    pan_deg: news.pan_deg,
    tilt_deg: news.tilt_deg,
    ...(news.zoom !== null ? { zoom: news.zoom } : {}),
    ...(point ? { x: point.x, y: point.y } : {}),
  }
}

/** Whether a dome has been turned between two looks at it. */
export function hasTurned(one: Pick<PtzNews, 'pan_deg' | 'tilt_deg' | 'zoom'> | null, other: Pick<PtzNews, 'pan_deg' | 'tilt_deg' | 'zoom'> | null): boolean {
  if (!one || !other) return false
  const apart = (a: number | null, b: number | null, most: number): boolean => a !== null && b !== null && Math.abs(a - b) > most
  const turn = one.pan_deg !== null && other.pan_deg !== null ? Math.abs(((one.pan_deg - other.pan_deg + 540) % 360) - 180) : 0
  return turn > 0.1 || apart(one.tilt_deg, other.tilt_deg, 0.1) || apart(one.zoom, other.zoom, 0.05 * Math.max(1, one.zoom ?? 1))
}
