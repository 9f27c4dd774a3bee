/** The way somebody went on a day, as the map draws it. Pure. */
export interface PatrolDay {
  worker_id: string
  day: string
  duty_s: number
  patrol_s: number
  distance_m: number
  positions: number
  unsound: number
  long_enough: boolean
  far_enough: boolean
  /** lon, lat, at. */
  places: [number, number, number][]
}

export type Place = readonly [number, number, number]

/** Longer without a place, and nobody knows which way was taken: the line is broken there. */
const GAP_SECONDS = 600
const HOUR = 3600

/** Stretches without gaps, oldest first; a place alone is a stretch of one. */
export function stretches(places: readonly Place[]): Place[][] {
  const found: Place[][] = []
  let before = -Infinity
  for (const place of places) {
    if (place[2] - before > GAP_SECONDS) found.push([])
    found[found.length - 1]?.push(place)
    before = place[2]
  }
  return found
}

/** Where he was at each full hour after the town's midnight that he was heard of. */
export function hourMarks(ways: readonly (readonly Place[])[], midnight: number): { lon: number; lat: number; at: number }[] {
  const found: { lon: number; lat: number; at: number }[] = []
  for (const way of ways) {
    for (let i = 1; i < way.length; i++) {
      const [a, b] = [way[i - 1], way[i]]
      if (!a || !b) continue
      let at = (Math.floor((a[2] - midnight) / HOUR) + 1) * HOUR + midnight
      for (; at <= b[2]; at += HOUR) {
        const part = (at - a[2]) / (b[2] - a[2])
        found.push({ lon: a[0] + (b[0] - a[0]) * part, lat: a[1] + (b[1] - a[1]) * part, at })
      }
    }
  }
  return found
}
