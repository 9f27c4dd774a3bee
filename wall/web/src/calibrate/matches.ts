/** Matches as they are made, moved and taken away. Pure. */
import type { Place } from '../map/map_view'
import type { DraftMatch, GroundMatch, PicturePoint } from './calibrate_types'

export const FEWEST = 4
export const MOST = 64
export const METRES_PER_DEGREE = 111_320

export type Side = 'picture' | 'map'

/** The match that waits for a point on `side`. */
export function waiting(matches: readonly DraftMatch[], side: Side): DraftMatch | null {
  return matches.find((one) => (side === 'picture' ? one.picture : one.place) === null) ?? null
}

/** One side given: it completes the match that waits for it, moves the begun one's, or begins another. */
export function withPoint(matches: readonly DraftMatch[], key: number, given: { picture: PicturePoint } | { place: Place }): DraftMatch[] {
  const side: Side = 'picture' in given ? 'picture' : 'map'
  const target = waiting(matches, side) ?? waiting(matches, side === 'picture' ? 'map' : 'picture')
  if (target) return matches.map((one) => (one.key === target.key ? { ...one, ...given } : one))
  if (matches.length >= MOST) return [...matches]
  return [...matches, { key, picture: null, place: null, ...given }]
}

export function moved(matches: readonly DraftMatch[], key: number, to: { picture: PicturePoint } | { place: Place }): DraftMatch[] {
  return matches.map((one) => (one.key === key ? { ...one, ...to } : one))
}

/** Those with both sides, as the server takes them. */
export function complete(matches: readonly DraftMatch[]): GroundMatch[] {
  return matches.flatMap(({ picture, place }) => (picture && place ? [{ picture, lon: place.lon, lat: place.lat }] : []))
}

export function within([x, y]: PicturePoint): PicturePoint {
  return [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))]
}

/** A place so many metres away. */
export function shifted({ lon, lat }: Place, east: number, north: number): Place {
  return { lon: lon + east / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180)), lat: lat + north / METRES_PER_DEGREE }
}

/** Corners of an ellipse about a place: `bearing` of its longest direction, clockwise from north. */
export function ellipse(at: Place, { major_m: major, minor_m: minor, bearing_deg: bearing }: { major_m: number; minor_m: number; bearing_deg: number }, corners = 48): Place[] {
  const turn = (bearing * Math.PI) / 180
  return Array.from({ length: corners }, (_, index) => {
    const angle = (2 * Math.PI * index) / corners
    const [ahead, aside] = [major * Math.cos(angle), minor * Math.sin(angle)]
    return shifted(at, ahead * Math.sin(turn) + aside * Math.cos(turn), ahead * Math.cos(turn) - aside * Math.sin(turn))
  })
}
