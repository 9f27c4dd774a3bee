/** Drawing a layout on a raster: every function answers with a new list of cells. Pure. */
import { byReading, cellsOverlap, type Cell } from '../wall/layout'

export interface Corner {
  x: number
  y: number
}

/** The cell between two corners of the raster, whichever way it was dragged. */
export function cellBetween(from: Corner, to: Corner): Cell {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)]
  return { x, y, w: Math.abs(from.x - to.x) + 1, h: Math.abs(from.y - to.y) + 1 }
}

export function cellAt(cells: readonly Cell[], { x, y }: Corner): number {
  return cells.findIndex((cell) => x >= cell.x && x < cell.x + cell.w && y >= cell.y && y < cell.y + cell.h)
}

function sorted(cells: readonly Cell[]): Cell[] {
  return [...cells].sort(byReading)
}

/** Adds a cell; those that lie wholly inside it make room, so that one may draw a large one over small ones. */
export function draw(cells: readonly Cell[], drawn: Cell): Cell[] {
  return sorted([...cells.filter((cell) => !contains(drawn, cell)), drawn])
}

function contains(outer: Cell, inner: Cell): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h
}

export function erase(cells: readonly Cell[], index: number): Cell[] {
  return cells.filter((_, at) => at !== index)
}

/** Both cells as one, if together they are a rectangle that no other cell reaches into; null if not. */
export function merge(cells: readonly Cell[], one: number, other: number): Cell[] | null {
  const [a, b] = [cells[one], cells[other]]
  if (!a || !b || one === other) return null
  const whole = cellBetween(a, b)
  whole.w = Math.max(a.x + a.w, b.x + b.w) - whole.x
  whole.h = Math.max(a.y + a.h, b.y + b.h) - whole.y
  const rest = cells.filter((cell) => cell !== a && cell !== b && !contains(whole, cell))
  if (rest.some((cell) => cellsOverlap(cell, whole))) return null
  return sorted([...rest, whole])
}

/** One cell as two or four: across its longer side, or both when it is square and larger than one. */
export function split(cells: readonly Cell[], index: number): Cell[] {
  const cell = cells[index]
  if (!cell || (cell.w === 1 && cell.h === 1)) return [...cells]
  const left = cell.w >= cell.h ? Math.ceil(cell.w / 2) : cell.w
  const top = cell.h >= cell.w ? Math.ceil(cell.h / 2) : cell.h
  const parts = [
    { x: cell.x, y: cell.y, w: left, h: top },
    { x: cell.x + left, y: cell.y, w: cell.w - left, h: top },
    { x: cell.x, y: cell.y + top, w: left, h: cell.h - top },
    { x: cell.x + left, y: cell.y + top, w: cell.w - left, h: cell.h - top },
  ]
  return sorted([...erase(cells, index), ...parts.filter(({ w, h }) => w > 0 && h > 0)])
}

/** Every place no cell covers gets a cell of its own. */
export function fillUp(cells: readonly Cell[], columns: number, rows: number): Cell[] {
  const added: Cell[] = []
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (cellAt(cells, { x, y }) < 0) added.push({ x, y, w: 1, h: 1 })
    }
  }
  return sorted([...cells, ...added])
}

/** The same drawing on another raster: cells keep their places, what would stand outside is cut or left out. */
export function onRaster(cells: readonly Cell[], columns: number, rows: number): Cell[] {
  return cells
    .filter(({ x, y }) => x < columns && y < rows)
    .map((cell) => ({ ...cell, w: Math.min(cell.w, columns - cell.x), h: Math.min(cell.h, rows - cell.y) }))
}

/** The drawing on a raster `by` times as fine, so that halves can be drawn. */
export function finer(cells: readonly Cell[], by: number): Cell[] {
  return cells.map(({ x, y, w, h }) => ({ x: x * by, y: y * by, w: w * by, h: h * by }))
}

const STEPS: Record<string, Corner> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } }

export function stepOf(key: string): Corner | null {
  return STEPS[key] ?? null
}

/** Moves a cell, or with `resize` its lower right corner, by one; it stays on the raster. */
export function nudge(cell: Cell, { x, y }: Corner, resize: boolean, columns: number, rows: number): Cell {
  const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
  if (resize) return { ...cell, w: within(cell.w + x, 1, columns - cell.x), h: within(cell.h + y, 1, rows - cell.y) }
  return { ...cell, x: within(cell.x + x, 0, columns - cell.w), y: within(cell.y + y, 0, rows - cell.h) }
}
