/** Distances and areas on the ground. Pure; degrees in, metres out. */
import type { Place } from '../map_view'

const RADIUS_M = 6_371_008.8
const RAD = Math.PI / 180

/** Along a great circle: right to half a percent anywhere. */
export function metresBetween(a: Place, b: Place): number {
  const dLat = (b.lat - a.lat) * RAD
  const dLon = (b.lon - a.lon) * RAD
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.sin(dLon / 2) ** 2
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

export function wayLength(places: readonly Place[]): number {
  return places.slice(1).reduce((sum, place, at) => sum + metresBetween(places[at] ?? place, place), 0)
}

/** Of the ring through these places, closed by itself; square metres. On a plane at its middle, good for a town. */
export function ringArea(places: readonly Place[]): number {
  if (places.length < 3) return 0
  const middle = places.reduce((sum, { lat }) => sum + lat, 0) / places.length
  const first = places[0] ?? { lon: 0, lat: 0 }
  const flat = places.map(({ lon, lat }) => [(lon - first.lon) * RAD * RADIUS_M * Math.cos(middle * RAD), (lat - first.lat) * RAD * RADIUS_M] as const)
  let twice = 0
  flat.forEach(([x, y], at) => {
    const [nextX, nextY] = flat[(at + 1) % flat.length] ?? [0, 0]
    twice += x * nextY - nextX * y
  })
  return Math.abs(twice) / 2
}

export function areaText(squareMetres: number): string {
  if (squareMetres < 10_000) return `${Math.round(squareMetres)} m²`
  return squareMetres < 1_000_000 ? `${(squareMetres / 10_000).toFixed(2)} ha` : `${(squareMetres / 1_000_000).toFixed(2)} km²`
}
