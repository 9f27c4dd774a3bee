/** What lies under the pointer. Pure; pixels. */
export type PickKind = 'case' | 'worker' | 'camera'

export interface Pick {
  kind: PickKind
  id: string
}

export interface Target extends Pick {
  x: number
  y: number
}

const REACH: Record<PickKind, number> = { case: 16, worker: 11, camera: 10 }
/** Of two things equally near, the more urgent. */
const RANK: Record<PickKind, number> = { case: 0, worker: 1, camera: 2 }

export function pick(targets: Iterable<Target>, x: number, y: number): Pick | null {
  let best: Target | null = null
  let bestCost = Infinity
  for (const target of targets) {
    const distance = Math.hypot(target.x - x, target.y - y)
    if (distance > REACH[target.kind]) continue
    const cost = RANK[target.kind] * 8 + distance
    if (cost < bestCost) {
      best = target
      bestCost = cost
    }
  }
  return best && { kind: best.kind, id: best.id }
}
