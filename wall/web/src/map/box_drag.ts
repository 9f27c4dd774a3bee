import L from 'leaflet'
import type { Box } from './map_desk'

/** Draws boxes by dragging instead of moving the map, while it is on. */
export class BoxDrag {
  private from: L.LatLng | null = null
  private shape: HTMLElement | null = null
  private onBox: ((box: Box) => void) | null = null

  constructor(private readonly map: L.Map) {
    map.on('mousedown', this.begin, this)
    map.on('mousemove', this.draw, this)
  }

  set(onBox: ((box: Box) => void) | null): void {
    this.onBox = onBox
    this.drop()
    if (onBox) this.map.dragging.disable()
    else this.map.dragging.enable()
  }

  /** A box is being drawn: what the click at its end would do is not wanted. */
  get busy(): boolean {
    return this.from !== null
  }

  private begin(event: L.LeafletMouseEvent): void {
    if (!this.onBox || event.originalEvent.button !== 0) return
    this.from = event.latlng
    window.addEventListener('mouseup', this.end, { once: true })
  }

  private draw(event: L.LeafletMouseEvent): void {
    if (!this.from) return
    const [a, b] = [this.map.latLngToContainerPoint(this.from), event.containerPoint]
    if (!this.shape) {
      if (a.distanceTo(b) < 6) return
      this.shape = L.DomUtil.create('div', 'map-box', this.map.getContainer())
    }
    Object.assign(this.shape.style, {
      left: `${Math.min(a.x, b.x)}px`,
      top: `${Math.min(a.y, b.y)}px`,
      width: `${Math.abs(a.x - b.x)}px`,
      height: `${Math.abs(a.y - b.y)}px`,
    })
  }

  private readonly end = (event: MouseEvent): void => {
    const from = this.from
    if (from && this.shape && this.onBox) {
      const to = this.map.mouseEventToLatLng(event)
      const bounds = L.latLngBounds(from, to)
      this.onBox([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()])
      // The click that follows belongs to the box.
      setTimeout(() => this.drop())
    } else this.drop()
  }

  private drop(): void {
    this.from = null
    this.shape?.remove()
    this.shape = null
  }

  remove(): void {
    window.removeEventListener('mouseup', this.end)
    this.drop()
  }
}
