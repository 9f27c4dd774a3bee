/** What lies under the pointer. Pure. */
export interface Pick {
  /** The name of its layer. */
  kind: string
  id: string
}

/**
 * Offered everything on the map, keeps the best. Works in degrees with a scale, which at the size of a pointer is
 * exact enough and spares projecting thousands of points at every move of the mouse.
 */
export class Picker {
  private best: Pick | null = null
  private bestCost = Infinity

  /** `lonPerPixel`, `latPerPixel`: degrees, both positive. */
  constructor(
    private readonly lon: number,
    private readonly lat: number,
    private readonly lonPerPixel: number,
    private readonly latPerPixel: number,
  ) {}

  /** `reach` and `handicap` in pixels: of two things about equally near the one with the smaller handicap wins. */
  offer(kind: string, id: string, lon: number | null, lat: number | null, { reach, handicap }: { reach: number; handicap: number }): void {
    if (lon === null || lat === null) return
    const x = (lon - this.lon) / this.lonPerPixel
    if (x > reach || x < -reach) return
    const distance = Math.hypot(x, (lat - this.lat) / this.latPerPixel)
    const cost = distance + handicap
    if (distance > reach || cost >= this.bestCost) return
    this.best = { kind, id }
    this.bestCost = cost
  }

  get found(): Pick | null {
    return this.best
  }
}
