/** Layouts of the wall: what a code means, and where its tiles lie. Pure; shared with the server through the codes alone. */

export interface Cell {
  x: number
  y: number
  w: number
  h: number
}

export interface LayoutShape {
  columns: number
  rows: number
  /** In reading order: top to bottom, left to right. */
  cells: readonly Cell[]
}

/** In fractions of the canvas. */
export interface Rect {
  left: number
  top: number
  width: number
  height: number
}

/** One page of a wall, or more where there are more cameras than cells; null is an empty place. */
export interface Arrangement {
  layout: string
  cameras: readonly (string | null)[]
}

export type LayoutProblem =
  | { kind: 'form' }
  | { kind: 'raster' }
  | { kind: 'count' }
  | { kind: 'outside'; cell: number }
  | { kind: 'overlap'; cell: number; other: number }
  | { kind: 'order' }

export const RASTER_MAX = 48
export const CELLS_MAX = 64
export const NAMED_LAYOUTS = ['1', '4', '9', '16', '25', '36', '40', '64', '1+5', '1+7', '1+12', 'v10'] as const
export const DEFAULT_LAYOUT = '9'

const CUSTOM = /^r([1-9]\d?)x([1-9]\d?):(.+)$/
const CELL = /^(0|[1-9]\d?)\.(0|[1-9]\d?)\.([1-9]\d?)\.([1-9]\d?)$/

function raster(columns: number, rows: number): LayoutShape {
  const cells = Array.from({ length: columns * rows }, (_, index) => ({ x: index % columns, y: Math.floor(index / columns), w: 1, h: 1 }))
  return { columns, rows, cells }
}

/** A square raster whose top left corner, `big` cells wide and high, is one cell. */
function oneBig(side: number, big: number): LayoutShape {
  const rest = raster(side, side).cells.filter(({ x, y }) => x >= big || y >= big)
  return { columns: side, rows: side, cells: [{ x: 0, y: 0, w: big, h: big }, ...rest].sort(byReading) }
}

/** Two large pictures above eight small ones: all ten keep the canvas's own shape. */
function village(): LayoutShape {
  const large = [0, 2].map((x) => ({ x, y: 0, w: 2, h: 2 }))
  return { columns: 4, rows: 4, cells: [...large, ...raster(4, 4).cells.filter(({ y }) => y >= 2)] }
}

const NAMED: ReadonlyMap<string, LayoutShape> = new Map(
  NAMED_LAYOUTS.map((code): [string, LayoutShape] => {
    if (code === '40') return [code, raster(8, 5)]
    if (code === '1+5') return [code, oneBig(3, 2)]
    if (code === '1+7') return [code, oneBig(4, 3)]
    if (code === '1+12') return [code, oneBig(4, 2)]
    if (code === 'v10') return [code, village()]
    const side = Math.sqrt(Number(code))
    return [code, raster(side, side)]
  }),
)

export function byReading(a: Cell, b: Cell): number {
  return a.y - b.y || a.x - b.x
}

export function cellsOverlap(a: Cell, b: Cell): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

/** What keeps these cells from being a layout; nothing when they are one. */
export function layoutProblems({ columns, rows, cells }: LayoutShape): LayoutProblem[] {
  if (![columns, rows].every((n) => Number.isInteger(n) && n >= 1 && n <= RASTER_MAX)) return [{ kind: 'raster' }]
  if (cells.length < 1 || cells.length > CELLS_MAX) return [{ kind: 'count' }]
  const problems: LayoutProblem[] = []
  cells.forEach((cell, index) => {
    if (cell.w < 1 || cell.h < 1 || cell.x < 0 || cell.y < 0 || cell.x + cell.w > columns || cell.y + cell.h > rows) {
      problems.push({ kind: 'outside', cell: index })
    }
    const before = cells.slice(0, index).findIndex((earlier) => cellsOverlap(earlier, cell))
    if (before >= 0) problems.push({ kind: 'overlap', cell: index, other: before })
    const previous = cells[index - 1]
    if (previous && before < 0 && byReading(previous, cell) > 0) problems.push({ kind: 'order' })
  })
  return problems
}

const parsed = new Map<string, LayoutShape | LayoutProblem[]>()

/** The shape a code stands for, or what is wrong with the code. */
export function readLayout(code: string): LayoutShape | LayoutProblem[] {
  const named = NAMED.get(code)
  if (named) return named
  const known = parsed.get(code)
  if (known) return known
  const found = readCustom(code)
  if (parsed.size > 200) parsed.clear()
  parsed.set(code, found)
  return found
}

function readCustom(code: string): LayoutShape | LayoutProblem[] {
  // The longest lawful code has 64 cells of 11 letters and a comma-like sign each.
  const match = code.length <= 1000 ? CUSTOM.exec(code) : null
  if (!match) return [{ kind: 'form' }]
  const cells: Cell[] = []
  for (const word of (match[3] ?? '').split('_')) {
    const numbers = CELL.exec(word)
    if (!numbers) return [{ kind: 'form' }]
    cells.push({ x: Number(numbers[1]), y: Number(numbers[2]), w: Number(numbers[3]), h: Number(numbers[4]) })
  }
  const shape = { columns: Number(match[1]), rows: Number(match[2]), cells }
  const problems = layoutProblems(shape)
  return problems.length > 0 ? problems : shape
}

export function isLayout(code: unknown): code is string {
  return typeof code === 'string' && !Array.isArray(readLayout(code))
}

/** As `readLayout`; a code that is none stands for the default layout, so that a wall can always be drawn. */
export function parseLayout(code: string): LayoutShape {
  const found = readLayout(code)
  return Array.isArray(found) ? parseLayout(DEFAULT_LAYOUT) : (found as LayoutShape)
}

/** The code of a shape: a short one where it has a name. Cells are put into reading order. */
export function formatLayout({ columns, rows, cells }: LayoutShape): string {
  const words = [...cells].sort(byReading).map(({ x, y, w, h }) => `${x}.${y}.${w}.${h}`)
  const long = `r${columns}x${rows}:${words.join('_')}`
  for (const [code, shape] of NAMED) {
    if (shape.cells.length === cells.length && longCode(shape) === long) return code
  }
  return long
}

function longCode({ columns, rows, cells }: LayoutShape): string {
  return `r${columns}x${rows}:${cells.map(({ x, y, w, h }) => `${x}.${y}.${w}.${h}`).join('_')}`
}

/** How many pictures fit on one page. */
export function capacity(code: string): number {
  return parseLayout(code).cells.length
}
