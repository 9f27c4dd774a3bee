/** The box drawn around what a case is about: fractions of the picture. Pure. */
import type { Box, Point } from './zoom'

const SMALLEST = 0.01
const MOVE = 0.02
/** For whoever has no pointer: something to move and size. */
export const FIRST_BOX: Box = { x: 0.4, y: 0.4, width: 0.2, height: 0.25 }

function within(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/** Between two corners; null for what was a click rather than a drag. */
export function boxBetween(one: Point, other: Point): Box | null {
  const [left, right] = [within(Math.min(one.x, other.x)), within(Math.max(one.x, other.x))]
  const [top, bottom] = [within(Math.min(one.y, other.y)), within(Math.max(one.y, other.y))]
  if (right - left < SMALLEST || bottom - top < SMALLEST) return null
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** An arrow moves the box, with Shift it sizes it from its lower right corner; null for another key. */
export function boxByKey(box: Box, key: string, shift: boolean): Box | null {
  const [dx, dy] = key === 'ArrowLeft' ? [-MOVE, 0] : key === 'ArrowRight' ? [MOVE, 0] : key === 'ArrowUp' ? [0, -MOVE] : key === 'ArrowDown' ? [0, MOVE] : [0, 0]
  if (dx === 0 && dy === 0) return null
  if (shift) {
    const width = Math.min(1 - box.x, Math.max(SMALLEST, box.width + dx))
    return { ...box, width, height: Math.min(1 - box.y, Math.max(SMALLEST, box.height + dy)) }
  }
  return { ...box, x: Math.min(1 - box.width, Math.max(0, box.x + dx)), y: Math.min(1 - box.height, Math.max(0, box.y + dy)) }
}

/** A box for a thing that stands at a point: its foot is there. */
export function boxOver({ x, y }: Point): Box {
  const [width, height] = [Math.max(SMALLEST, 2 * Math.min(0.04, x, 1 - x)), Math.max(SMALLEST, Math.min(0.14, y))]
  return { x: within(x - width / 2), y: within(y - height), width, height }
}

/** Where the thing stands: the middle of the lower edge. */
export function footOf(box: Box): Point {
  return { x: box.x + box.width / 2, y: box.y + box.height }
}

/** The picture with the box drawn in, dark below bright so that it shows on any ground. */
export function drawBox(picture: HTMLCanvasElement, box: Box | null): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = picture.width
  canvas.height = picture.height
  const context = canvas.getContext('2d')
  if (!context) return picture
  context.drawImage(picture, 0, 0)
  if (!box) return canvas
  const line = Math.max(3, Math.round(picture.width / 240))
  for (const [width, colour] of [
    [line * 2, 'rgb(0 0 0 / 65%)'],
    [line, '#ffd23f'],
  ] as const) {
    context.lineWidth = width
    context.strokeStyle = colour
    context.strokeRect(box.x * picture.width, box.y * picture.height, box.width * picture.width, box.height * picture.height)
  }
  return canvas
}
