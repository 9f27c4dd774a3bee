import { isZoomed, pan, pinch, STEP, zoomAt, type Point, type ZoomView } from './zoom'

/** Wheel units of one notch, as most mice report them. */
const NOTCH = 100

/**
 * Wheel, drag and pinch on one element. At whole size a drag is left to whoever moves tiles about, and a wheel turned
 * backwards to the page.
 */
export class ZoomGestures {
  private readonly fingers = new Map<number, Point>()
  private readonly ends = new AbortController()

  constructor(
    private readonly element: HTMLElement,
    private readonly view: () => ZoomView,
    private readonly change: (view: ZoomView) => void,
  ) {
    const { signal } = this.ends
    element.addEventListener('wheel', (event) => this.turn(event), { signal, passive: false })
    element.addEventListener('pointerdown', (event) => this.press(event), { signal })
    element.addEventListener('pointermove', (event) => this.move(event), { signal })
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      element.addEventListener(end, (event) => this.fingers.delete(event.pointerId), { signal })
    }
  }

  stop(): void {
    this.ends.abort()
  }

  private at(event: MouseEvent): Point {
    const { left, top, width, height } = this.element.getBoundingClientRect()
    return { x: (event.clientX - left) / Math.max(1, width), y: (event.clientY - top) / Math.max(1, height) }
  }

  private turn(event: WheelEvent): void {
    if (event.ctrlKey || event.deltaY === 0) return
    if (event.deltaY > 0 && !isZoomed(this.view())) return
    event.preventDefault()
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : Math.sign(event.deltaY) * NOTCH
    const notches = Math.min(3, Math.max(-3, pixels / NOTCH))
    this.change(zoomAt(this.view(), this.at(event), STEP ** -notches))
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return
    const touch = event.pointerType === 'touch'
    if (!touch && !isZoomed(this.view())) return
    this.fingers.set(event.pointerId, this.at(event))
    if (isZoomed(this.view()) || this.fingers.size > 1) this.element.setPointerCapture(event.pointerId)
  }

  private move(event: PointerEvent): void {
    const before = this.fingers.get(event.pointerId)
    if (!before) return
    const after = this.at(event)
    this.fingers.set(event.pointerId, after)
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (other) this.change(pinch(this.view(), [before, other], [after, other]))
    else if (isZoomed(this.view())) this.change(pan(this.view(), { x: after.x - before.x, y: after.y - before.y }))
  }
}
