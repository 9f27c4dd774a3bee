/** What lies under the pointer. Pure. */
export type PickKind = 'case' | 'worker' | 'camera'

export interface Pick {
  kind: PickKind
  id: string
}

const REACH: Record<PickKind, number> = { case: 16, worker: 11, camera: 10 }
/** Of two things about equally near, the more urgent. Pixels. */
const HANDICAP: Record<PickKind, number> = { case: 0, worker: 8, camera: 16 }

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

  offer(kind: PickKind, id: string, lon: number | null, lat: number | null): void {
    if (lon === null || lat === null) return
    const reach = REACH[kind]
    const x = (lon - this.lon) / this.lonPerPixel
    if (x > reach || x < -reach) return
    const distance = Math.hypot(x, (lat - this.lat) / this.latPerPixel)
    const cost = distance + HANDICAP[kind]
    if (distance > reach || cost >= this.bestCost) return
    this.best = { kind, id }
    this.bestCost = cost
  }

  get found(): Pick | null {
    return this.best
  }
}
