/** Digital zoom: which part of a tile's box is seen. Pure; all in fractions of the box, so that no size matters. */

export interface ZoomView {
  /** 1 is the whole picture. */
  scale: number
  /** Left and top edge of the part seen. */
  left: number
  top: number
}

export interface Point {
  x: number
  y: number
}

export const WHOLE: ZoomView = { scale: 1, left: 0, top: 0 }
export const SCALE_MAX = 16
/** One press of a key, one notch of a wheel. */
export const STEP = 1.25
/** Below this it is the whole picture again. */
const WHOLE_BELOW = 1.02

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}

export function isZoomed(view: ZoomView): boolean {
  return view.scale > 1
}

function placed(scale: number, left: number, top: number): ZoomView {
  if (!(scale >= WHOLE_BELOW)) return WHOLE
  const free = 1 - 1 / scale
  return { scale, left: within(left, 0, free), top: within(top, 0, free) }
}

/** Zooms so that what lies under `at` (of the box) stays under it. */
export function zoomAt(view: ZoomView, at: Point, factor: number): ZoomView {
  const scale = within(view.scale * factor, 1, SCALE_MAX)
  const fixed = { x: view.left + at.x / view.scale, y: view.top + at.y / view.scale }
  return placed(scale, fixed.x - at.x / scale, fixed.y - at.y / scale)
}

/** The picture follows a pointer that moved by so much of the box. */
export function pan(view: ZoomView, by: Point): ZoomView {
  return placed(view.scale, view.left - by.x / view.scale, view.top - by.y / view.scale)
}

/** Two fingers: from where they were to where they are. */
export function pinch(view: ZoomView, before: readonly [Point, Point], after: readonly [Point, Point]): ZoomView {
  const span = ([a, b]: readonly [Point, Point]): number => Math.hypot(a.x - b.x, a.y - b.y)
  const middle = ([a, b]: readonly [Point, Point]): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
  const from = middle(before)
  const to = middle(after)
  const zoomed = zoomAt(view, from, span(after) / Math.max(span(before), 1e-3))
  return pan(zoomed, { x: to.x - from.x, y: to.y - from.y })
}

/** The part seen around a point of the whole box, as a click on the small map asks for. */
export function centredOn(view: ZoomView, at: Point): ZoomView {
  return placed(view.scale, at.x - 0.5 / view.scale, at.y - 0.5 / view.scale)
}

/** For `transform`, with the origin at the top left. */
export function transformOf(view: ZoomView): string {
  const percent = (part: number): string => `${(-part * view.scale * 100).toFixed(4)}%`
  return isZoomed(view) ? `translate(${percent(view.left)}, ${percent(view.top)}) scale(${view.scale.toFixed(5)})` : ''
}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Where a picture of `picture` (width/height) lies in a box of `box`, letterboxed: fractions of the box. */
export function fitted(box: number, picture: number): Box {
  if (picture > box) return { x: 0, y: (1 - box / picture) / 2, width: 1, height: box / picture }
  return { x: (1 - picture / box) / 2, y: 0, width: picture / box, height: 1 }
}

/** The part of the picture itself that is seen, in fractions of the picture; null where only the margin is. */
export function seenPart(view: ZoomView, box: number, picture: number): Box | null {
  const place = fitted(box, picture)
  const size = 1 / view.scale
  const left = Math.max(0, (view.left - place.x) / place.width)
  const top = Math.max(0, (view.top - place.y) / place.height)
  const right = Math.min(1, (view.left + size - place.x) / place.width)
  const bottom = Math.min(1, (view.top + size - place.y) / place.height)
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null
}

/** The view after one of its keys; null for a key that is none of them. `+`, `−`, `0`, and Shift with an arrow. */
export function zoomByKey(view: ZoomView, key: string, shift: boolean): ZoomView | null {
  const far = 0.15
  if (key === '+' || key === '=') return zoomAt(view, { x: 0.5, y: 0.5 }, STEP)
  if (key === '-' || key === '_') return zoomAt(view, { x: 0.5, y: 0.5 }, 1 / STEP)
  if (key === '0') return WHOLE
  if (!shift) return null
  if (key === 'ArrowLeft') return pan(view, { x: far, y: 0 })
  if (key === 'ArrowRight') return pan(view, { x: -far, y: 0 })
  if (key === 'ArrowUp') return pan(view, { x: 0, y: far })
  if (key === 'ArrowDown') return pan(view, { x: 0, y: -far })
  return null
}
