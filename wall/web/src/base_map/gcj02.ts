/** GCJ-02 and WGS 84, by the formula of `gis/chinese_coordinates.py`. Degrees, lon lat. Pure. */
type Place = readonly [number, number]

const A = 6378245
const E2 = 0.006693421622965943
const RADIAN = Math.PI / 180

export function inChina(lon: number, lat: number): boolean {
  return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271
}

export function wgs84ToGcj02(lon: number, lat: number): Place {
  if (!inChina(lon, lat)) return [lon, lat]
  const { sin, cos, sqrt, abs, PI } = Math
  const x = lon - 105
  const y = lat - 35
  const wave = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
  north += ((20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3
  north += ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
  east += ((20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3
  east += ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3
  const sine = sin(lat * RADIAN)
  const curve = 1 - E2 * sine * sine
  const meridian = (A * (1 - E2)) / (curve * sqrt(curve))
  const parallel = A / sqrt(curve)
  return [lon + east / (parallel * cos(lat * RADIAN)) / RADIAN, lat + north / meridian / RADIAN]
}

/** By iteration, to a thousandth of a millimetre. */
export function gcj02ToWgs84(lon: number, lat: number): Place {
  if (!inChina(lon, lat)) return [lon, lat]
  let [x, y] = [lon, lat]
  for (let step = 0; step < 12; step++) {
    const [there, up] = wgs84ToGcj02(x, y)
    x += lon - there
    y += lat - up
    if (Math.abs(lon - there) < 1e-11 && Math.abs(lat - up) < 1e-11) break
  }
  return [x, y]
}
