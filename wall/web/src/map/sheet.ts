import L from 'leaflet'
import type { Painter } from './drawing'
import { worldPixels, worldX, worldY } from './mercator'

const MARGIN = 0.12

/** A canvas with the layers painted on it, following pans and zooms as Leaflet's own renderers do. */
export class Sheet {
  private readonly canvas = document.createElement('canvas')
  private corner = L.latLng(0, 0)
  private drawnZoom = 0
  private scheduled = false
  private removed = false

  constructor(
    private readonly map: L.Map,
    pane: string,
    private readonly painters: readonly Painter[],
  ) {
    this.canvas.className = 'leaflet-zoom-animated'
    this.canvas.style.pointerEvents = 'none'
    map.getPane(pane)?.append(this.canvas)
    map.on('moveend viewreset resize', this.redrawSoon, this)
    map.on('zoom', this.follow, this)
    map.on('zoomanim', this.animate, this)
  }

  /** At most one drawing per animation frame, however many changes ask for it. */
  readonly redrawSoon = (): void => {
    if (this.scheduled) return
    this.scheduled = true
    requestAnimationFrame(() => {
      this.scheduled = false
      if (!this.removed) this.redraw()
    })
  }

  private redraw(): void {
    const size = this.map.getSize()
    const context = this.canvas.getContext('2d')
    if (size.x === 0 || size.y === 0 || !context) return
    const margin = L.point(Math.round(size.x * MARGIN), Math.round(size.y * MARGIN))
    const width = size.x + 2 * margin.x
    const height = size.y + 2 * margin.y
    this.resize(width, height)
    const topLeft = this.map.containerPointToLayerPoint([-margin.x, -margin.y])
    this.corner = this.map.layerPointToLatLng(topLeft)
    this.drawnZoom = this.map.getZoom()
    L.DomUtil.setTransform(this.canvas, topLeft, 1)
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    context.clearRect(0, 0, width, height)
    const scale = worldPixels(this.drawnZoom)
    const left = worldX(this.corner.lng) * scale
    const top = worldY(this.corner.lat) * scale
    const place = (lon: number, lat: number): [number, number] => [worldX(lon) * scale - left, worldY(lat) * scale - top]
    const drawing = { context, width, height, zoom: this.drawnZoom, scale, left, top, place }
    for (const painter of this.painters) if (painter.visible) painter.paint(drawing)
  }

  private resize(width: number, height: number): void {
    const ratio = devicePixelRatio
    if (this.canvas.width === Math.round(width * ratio) && this.canvas.height === Math.round(height * ratio)) return
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(height * ratio)
    this.canvas.style.width = `${width}px`
    this.canvas.style.height = `${height}px`
  }

  private follow(): void {
    this.transform(this.map.getCenter(), this.map.getZoom())
  }

  private animate(event: L.ZoomAnimEvent): void {
    this.transform(event.center, event.zoom)
  }

  /** Scales what is drawn to where it will lie at another zoom, until it is drawn anew. */
  private transform(centre: L.LatLng, zoom: number): void {
    const pane = this.map.getPane('mapPane')
    if (!pane) return
    const at = this.map
      .project(this.corner, zoom)
      .subtract(this.map.project(centre, zoom))
      .add(this.map.getSize().divideBy(2))
      .subtract(L.DomUtil.getPosition(pane))
    L.DomUtil.setTransform(this.canvas, at, this.map.getZoomScale(zoom, this.drawnZoom))
  }

  remove(): void {
    this.removed = true
    this.map.off('moveend viewreset resize', this.redrawSoon, this)
    this.map.off('zoom', this.follow, this)
    this.map.off('zoomanim', this.animate, this)
    this.canvas.remove()
  }
}
