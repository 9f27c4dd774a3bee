/** Where the tiles of a layout lie on a canvas of a given shape. Pure geometry, in fractions of the canvas. */
import { parseLayout, type LayoutShape, type Rect } from './layout'

export const PICTURE_ASPECT = 16 / 9
/** Canvases between these keep the raster as it is named; beyond them (two or three screens side by side) it is laid out anew. */
const NARROWEST = 1.15
const WIDEST = 2.35
/** The spotlight is lent a cell at least this large a part of the wall. */
const LENT_FROM = 0.2
const WHOLE: Rect = { left: 0, top: 0, width: 1, height: 1 }

export type Direction = 'left' | 'right' | 'up' | 'down'

function inFractions({ columns, rows, cells }: LayoutShape): Rect[] {
  return cells.map(({ x, y, w, h }) => ({ left: x / columns, top: y / rows, width: w / columns, height: h / rows }))
}

/** `count` tiles in rows of nearly equal number, the longer rows first, filling the canvas. */
export function evenRows(count: number, rows: number): Rect[] {
  const rects: Rect[] = []
  for (let row = 0; row < rows; row++) {
    const inRow = Math.floor(count / rows) + (row < count % rows ? 1 : 0)
    for (let n = 0; n < inRow; n++) rects.push({ left: n / inRow, top: row / rows, width: 1 / inRow, height: 1 / rows })
  }
  return rects
}

/** The part of the canvas that pictures cover when each keeps its shape in its tile. */
export function coverage(rects: readonly Rect[], aspect: number): number {
  return rects.reduce((sum, { width, height }) => {
    const shape = (width * aspect) / height / PICTURE_ASPECT
    return sum + width * height * Math.min(shape, 1 / shape)
  }, 0)
}

/** The rows that show `count` pictures largest on a canvas of this shape. */
function bestRows(count: number, aspect: number): Rect[] {
  const choices = Array.from({ length: count }, (_, index) => evenRows(count, index + 1))
  return choices.reduce((best, rects) => (coverage(rects, aspect) > coverage(best, aspect) + 1e-6 ? rects : best))
}

/** The big picture at its own shape beside the others, or above them on a tall canvas. */
function bigBeside(others: number, aspect: number): Rect[] {
  const wide = aspect > PICTURE_ASPECT
  const share = wide ? Math.min(0.66, PICTURE_ASPECT / aspect) : Math.min(0.66, aspect / PICTURE_ASPECT)
  const restAspect = wide ? aspect * (1 - share) : aspect / (1 - share)
  const rest = bestRows(others, restAspect)
  const big: Rect = wide ? { left: 0, top: 0, width: share, height: 1 } : { left: 0, top: 0, width: 1, height: share }
  const moved = rest.map(({ left, top, width, height }) =>
    wide
      ? { left: share + left * (1 - share), top, width: width * (1 - share), height }
      : { left, top: share + top * (1 - share), width, height: height * (1 - share) },
  )
  return [big, ...moved]
}

/**
 * The tiles of a layout, first to last, on a canvas `aspect` times as wide as high. They fill it; pictures keep their
 * own shape inside. On odd canvases a named layout is laid out anew where that shows its pictures larger; one drawn by
 * hand is taken as it was drawn.
 */
export function tileRects(code: string, aspect = PICTURE_ASPECT): Rect[] {
  const plain = inFractions(parseLayout(code))
  if ((aspect >= NARROWEST && aspect <= WIDEST) || code.startsWith('r')) return plain
  const other = code.startsWith('1+') ? bigBeside(plain.length - 1, aspect) : code === 'v10' ? plain : bestRows(plain.length, aspect)
  return coverage(other, aspect) > coverage(plain, aspect) * 1.02 ? other : plain
}

export interface SpotlightPlan {
  spot: Rect
  /** The tile that is lent to the spotlight while all others stay; null: the pictures move on into `free`. */
  lent: number | null
  free: Rect[]
}

/**
 * Where the spotlight goes. A layout with a large tile lends that one; otherwise the spotlight takes about half of the
 * wall, and the page's first pictures move into what is left.
 */
export function spotlightPlan(code: string, aspect = PICTURE_ASPECT): SpotlightPlan {
  const rects = tileRects(code, aspect)
  const sizes = rects.map(({ width, height }) => width * height)
  const [first] = rects
  if (!first) return { spot: WHOLE, lent: null, free: [] }
  const largest = sizes.indexOf(Math.max(...sizes))
  const equal = rects.every(({ width, height }) => Math.abs(width - first.width) + Math.abs(height - first.height) < 1e-6)
  if (!equal && (sizes[largest] ?? 0) >= LENT_FROM) return { spot: rects[largest] ?? WHOLE, lent: largest, free: [] }
  let spot: Rect = { left: 0, top: 0, width: 0.5, height: 0.5 }
  if (equal) {
    const [columns, rows] = [Math.round(1 / first.width), Math.round(1 / first.height)]
    const span = (count: number): number => (Math.max(columns, rows) <= 2 ? count : Math.ceil(count / 2))
    spot = { left: 0, top: 0, width: span(columns) / columns, height: span(rows) / rows }
  }
  return { spot, lent: null, free: rects.filter((rect) => !overlaps(rect, spot)) }
}

export function overlaps(a: Rect, b: Rect): boolean {
  const slack = 1e-6
  return (
    a.left + slack < b.left + b.width && b.left + slack < a.left + a.width && a.top + slack < b.top + b.height && b.top + slack < a.top + a.height
  )
}

/** The tile an arrow key leads to from tile `from`: the nearest one lying in that direction, or `from` itself. */
export function neighbour(rects: readonly Rect[], from: number, direction: Direction): number {
  const here = rects[from]
  if (!here) return from
  const [x, y] = centre(here)
  let best = from
  let bestCost = Infinity
  rects.forEach((rect, index) => {
    if (index === from) return
    const [cx, cy] = centre(rect)
    const across = direction === 'left' || direction === 'right' ? cy - y : cx - x
    const along = { left: x - cx, right: cx - x, up: y - cy, down: cy - y }[direction]
    if (along <= 1e-6) return
    const cost = along + 3 * Math.abs(across)
    if (cost < bestCost) {
      best = index
      bestCost = cost
    }
  })
  return best
}

function centre({ left, top, width, height }: Rect): [number, number] {
  return [left + width / 2, top + height / 2]
}
