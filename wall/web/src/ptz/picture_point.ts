/** From the pointer on a tile to a command in the dome's picture. Pure; all in fractions. */
import { fitted, type Point } from '../tile/zoom'

/** As the server takes it: x, y, width, height as fractions of the picture. */
export type FractionBox = [number, number, number, number]

export type PictureCommand = { kind: 'centre'; x: number; y: number } | { kind: 'frame'; box: FractionBox }

/** A drag shorter than this, in fractions of the picture, is a click with an unsteady hand. */
const CLICK = 0.02
/** A box thinner than this is made so thick: nobody means a line. */
const THINNEST = 0.02

/** Where a point of the tile lies in the picture; outside 0…1 in the margins. `box`, `picture`: width / height. */
export function inPicture(at: Point, box: number, picture: number): Point {
  const place = fitted(box, picture)
  return { x: (at.x - place.x) / place.width, y: (at.y - place.y) / place.height }
}

function isInside({ x, y }: Point): boolean {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1
}

function inside(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/** What a press at one point of the picture and a release at another asks for; null: in the margin. */
export function commandBetween(from: Point, to: Point): PictureCommand | null {
  const size = { x: Math.abs(to.x - from.x), y: Math.abs(to.y - from.y) }
  if (size.x < CLICK && size.y < CLICK) return isInside(from) ? { kind: 'centre', x: from.x, y: from.y } : null
  const left = inside(Math.min(from.x, to.x))
  const top = inside(Math.min(from.y, to.y))
  const width = inside(Math.max(from.x, to.x)) - left
  const height = inside(Math.max(from.y, to.y)) - top
  if (width <= 0 && height <= 0) return null
  const [x, w] = thick(left, width)
  const [y, h] = thick(top, height)
  return { kind: 'frame', box: [x, y, w, h] }
}

/** A stretch of 0…1 no thinner than what can be meant. */
function thick(start: number, length: number): [number, number] {
  if (length >= THINNEST) return [start, length]
  return [Math.min(1 - THINNEST, Math.max(0, start + length / 2 - THINNEST / 2)), THINNEST]
}

/** Where the rubber band is drawn, as percentages of the tile. */
export function bandStyle(from: Point, to: Point): Record<'left' | 'top' | 'width' | 'height', string> {
  const percent = (part: number): string => `${(part * 100).toFixed(3)}%`
  return {
    left: percent(Math.min(from.x, to.x)),
    top: percent(Math.min(from.y, to.y)),
    width: percent(Math.abs(to.x - from.x)),
    height: percent(Math.abs(to.y - from.y)),
  }
}
