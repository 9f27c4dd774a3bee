/** Moving the focus by arrow keys over whatever is on the screen, as remote controls do. Pure. */

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export type Direction = 'left' | 'right' | 'up' | 'down'

export const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** As seen when everything is turned so that the direction points right. */
function turned({ left, top, right, bottom }: Box, direction: Direction): Box {
  switch (direction) {
    case 'right':
      return { left, top, right, bottom }
    case 'left':
      return { left: -right, top, right: -left, bottom }
    case 'down':
      return { left: top, top: left, right: bottom, bottom: right }
    case 'up':
      return { left: -bottom, top: left, right: -top, bottom: right }
  }
}

/** What does not stand across from the focus counts this much farther. */
const ASIDE = 3
/** Boxes may overlap by so much, in pixels, and still lie beside each other: borders, shadows, rounding. */
const SLACK = 4

/** The box an arrow key leads to; `from` itself where there is none in that direction. */
export function nextBox(boxes: readonly Box[], from: number, direction: Direction): number {
  const start = boxes[from]
  if (!start) return boxes.length > 0 ? 0 : -1
  const here = turned(start, direction)
  let best = from
  let bestCost = Infinity
  boxes.forEach((box, index) => {
    if (index === from) return
    const there = turned(box, direction)
    const along = there.left - here.right
    if (along < -SLACK || there.right <= here.right) return
    // No cost for what stands across; else by how far one must go sideways.
    const aside = Math.max(0, there.top - here.bottom, here.top - there.bottom)
    const centres = Math.abs(there.top + there.bottom - here.top - here.bottom) / 2
    const cost = Math.max(0, along) + ASIDE * aside + centres / 8
    if (cost < bestCost) {
      best = index
      bestCost = cost
    }
  })
  return best
}
