/** Web Mercator as fractions of the world square: x to the east, y to the south, 0 to 1. Pure. */
const TILE = 256

export function worldX(lon: number): number {
  return lon / 360 + 0.5
}

export function worldY(lat: number): number {
  const sine = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}

/** Degrees of a fraction of the world. */
export function lonOf(x: number): number {
  return (x - 0.5) * 360
}

export function latOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
}

/** Pixels across the whole world at a zoom. */
export function worldPixels(zoom: number): number {
  return TILE * 2 ** zoom
}

export function metresPerPixel(lat: number, zoom: number): number {
  return (40_075_017 * Math.cos((lat * Math.PI) / 180)) / worldPixels(zoom)
}
