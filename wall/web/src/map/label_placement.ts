/** Which labels can be written without covering each other. Pure. */
export interface LabelBox {
  /** Centre, in pixels. */
  x: number
  y: number
  width: number
  height: number
  /** Higher is placed first. */
  priority: number
}

const CELL = 64

function overlaps(a: LabelBox, b: LabelBox, padding: number): boolean {
  return (
    Math.abs(a.x - b.x) * 2 < a.width + b.width + 2 * padding && Math.abs(a.y - b.y) * 2 < a.height + b.height + 2 * padding
  )
}

/** Placed boxes by the cells of a coarse grid they touch, so that each box meets only its neighbours. */
class Occupied {
  private readonly cells = new Map<string, LabelBox[]>()

  private *touched(box: LabelBox, padding: number): Generator<string> {
    const x0 = Math.floor((box.x - box.width / 2 - padding) / CELL)
    const x1 = Math.floor((box.x + box.width / 2 + padding) / CELL)
    const y0 = Math.floor((box.y - box.height / 2 - padding) / CELL)
    const y1 = Math.floor((box.y + box.height / 2 + padding) / CELL)
    for (let x = x0; x <= x1; x++) for (let y = y0; y <= y1; y++) yield `${x} ${y}`
  }

  isFree(box: LabelBox, padding: number): boolean {
    for (const cell of this.touched(box, padding)) {
      if (this.cells.get(cell)?.some((other) => overlaps(box, other, padding))) return false
    }
    return true
  }

  add(box: LabelBox, padding: number): void {
    for (const cell of this.touched(box, padding)) {
      const there = this.cells.get(cell)
      if (there) there.push(box)
      else this.cells.set(cell, [box])
    }
  }
}

/** Greedy by priority; equal priorities keep the order given, so labels do not flicker from one draw to the next. */
export function placeLabels<T extends LabelBox>(boxes: readonly T[], obstacles: readonly LabelBox[] = [], padding = 3): T[] {
  const occupied = new Occupied()
  for (const obstacle of obstacles) occupied.add(obstacle, padding)
  const placed: T[] = []
  for (const box of [...boxes].sort((a, b) => b.priority - a.priority)) {
    if (!occupied.isFree(box, padding)) continue
    occupied.add(box, padding)
    placed.push(box)
  }
  return placed
}
