/** A moving thing's position between two reports. Pure arithmetic on lon, lat and ms. */
const LONGEST_GLIDE_MS = 12_000
const SHORTEST_GLIDE_MS = 400
/** Farther than this is a correction or a new day, not a walk: jump. Degrees, about 1.5 km. */
const JUMP_DEG = 0.015

export class Motion {
  private fromLon: number
  private fromLat: number
  private startedAt: number
  private duration = 0

  constructor(
    private lon: number,
    private lat: number,
    private heardAt: number,
  ) {
    this.fromLon = lon
    this.fromLat = lat
    this.startedAt = heardAt
  }

  /** Glides to the new place in about the time that passed since the last report. */
  report(lon: number, lat: number, now: number): void {
    if (lon === this.lon && lat === this.lat) {
      this.heardAt = now
      return
    }
    const [fromLon, fromLat] = this.at(now)
    const jump = Math.hypot(lon - fromLon, lat - fromLat) > JUMP_DEG
    this.fromLon = jump ? lon : fromLon
    this.fromLat = jump ? lat : fromLat
    this.duration = jump ? 0 : Math.min(LONGEST_GLIDE_MS, Math.max(SHORTEST_GLIDE_MS, now - this.heardAt))
    this.lon = lon
    this.lat = lat
    this.startedAt = now
    this.heardAt = now
  }

  at(now: number): [number, number] {
    if (this.duration <= 0) return [this.lon, this.lat]
    const part = Math.min(1, Math.max(0, (now - this.startedAt) / this.duration))
    return [this.fromLon + (this.lon - this.fromLon) * part, this.fromLat + (this.lat - this.fromLat) * part]
  }

  isMoving(now: number): boolean {
    return now - this.startedAt < this.duration
  }
}
