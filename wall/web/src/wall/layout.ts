/** Where tiles lie on the wall: pure geometry, in fractions of the wall's width and height. */

export const LAYOUTS = [1, 4, 9, 16, 25, 40] as const
export type Layout = (typeof LAYOUTS)[number]

export interface Rect {
  left: number
  top: number
  width: number
  height: number
}

export interface Grid {
  columns: number
  rows: number
}

export function isLayout(value: number): value is Layout {
  return (LAYOUTS as readonly number[]).includes(value)
}

export function gridOf(layout: Layout): Grid {
  if (layout === 40) return { columns: 8, rows: 5 }
  const side = Math.sqrt(layout)
  return { columns: side, rows: side }
}

function cell({ columns, rows }: Grid, column: number, row: number, span = 1): Rect {
  return { left: column / columns, top: row / rows, width: span / columns, height: span / rows }
}

/** How many cells wide and high the spotlight is: about half the wall, with the other pictures still around it. */
export function spotlightSpan(layout: Layout): number {
  const { columns, rows } = gridOf(layout)
  return Math.min(columns, rows) <= 2 ? Math.min(columns, rows) : Math.ceil(Math.min(columns, rows) / 2)
}

/** The tiles of a page, first to last, row by row. */
export function plainRects(layout: Layout): Rect[] {
  const grid = gridOf(layout)
  return Array.from({ length: layout }, (_, index) =>
    cell(grid, index % grid.columns, Math.floor(index / grid.columns)),
  )
}

/** The spotlight at the top left first, then the cells it leaves free, row by row. */
export function spotlightRects(layout: Layout): Rect[] {
  const grid = gridOf(layout)
  const span = spotlightSpan(layout)
  const rects = [cell(grid, 0, 0, span)]
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      if (row >= span || column >= span) rects.push(cell(grid, column, row))
    }
  }
  return rects
}

/** The tile an arrow key leads to from tile `from`: the nearest one lying in that direction, or `from` itself. */
export function neighbour(rects: Rect[], from: number, direction: 'left' | 'right' | 'up' | 'down'): number {
  const here = rects[from]
  if (!here) return from
  const centre = (r: Rect): [number, number] => [r.left + r.width / 2, r.top + r.height / 2]
  const [x, y] = centre(here)
  let best = from
  let bestCost = Infinity
  rects.forEach((rect, index) => {
    if (index === from) return
    const [cx, cy] = centre(rect)
    const [along, across] =
      direction === 'left' ? [x - cx, cy - y] : direction === 'right' ? [cx - x, cy - y] : direction === 'up' ? [y - cy, cx - x] : [cy - y, cx - x]
    if (along <= 1e-6) return
    const cost = along + 3 * Math.abs(across)
    if (cost < bestCost) {
      best = index
      bestCost = cost
    }
  })
  return best
}

/** The largest box of pictures of `aspect` (width/height) that fits; cells may be stretched up to `slack` from it. */
export function fitWall(layout: Layout, width: number, height: number, aspect = 16 / 9, slack = 1.22): { width: number; height: number } {
  const { columns, rows } = gridOf(layout)
  const natural = (columns / rows) * aspect
  const given = width / Math.max(1, height)
  if (given > natural * slack) return { width: Math.floor(height * natural * slack), height }
  if (given < natural / slack) return { width, height: Math.floor((width / natural) * slack) }
  return { width, height }
}
