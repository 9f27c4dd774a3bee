import L from 'leaflet'

/** What a layer draws on: a canvas somewhat larger than the map, so that a short pan shows no edge. */
export interface Drawing {
  context: CanvasRenderingContext2D
  width: number
  height: number
  zoom: number
  /** Pixel on this canvas. */
  place(lon: number, lat: number): [number, number]
}

const MARGIN = 0.15

/** A canvas of its own above the vector layers, following pans and zooms as Leaflet's own renderers do. */
export abstract class CanvasLayer {
  protected readonly canvas = document.createElement('canvas')
  private corner = L.latLng(0, 0)
  private drawnZoom = 0
  private visible = true
  private scheduled = false

  constructor(
    protected readonly map: L.Map,
    pane: string,
  ) {
    this.canvas.className = 'leaflet-zoom-animated'
    this.canvas.style.pointerEvents = 'none'
    map.getPane(pane)?.append(this.canvas)
    map.on('moveend viewreset resize', this.redrawSoon, this)
    map.on('zoom', this.follow, this)
    map.on('zoomanim', this.animate, this)
  }

  protected abstract draw(drawing: Drawing): void

  setVisible(visible: boolean): void {
    this.visible = visible
    this.canvas.style.display = visible ? '' : 'none'
    if (visible) this.redrawSoon()
  }

  get isVisible(): boolean {
    return this.visible
  }

  /** At most one drawing per animation frame, however many changes ask for it. */
  redrawSoon(): void {
    if (this.scheduled || !this.visible) return
    this.scheduled = true
    requestAnimationFrame(() => {
      this.scheduled = false
      this.redraw()
    })
  }

  protected redraw(): void {
    const size = this.map.getSize()
    if (size.x === 0 || size.y === 0) return
    const margin = L.point(Math.round(size.x * MARGIN), Math.round(size.y * MARGIN))
    const width = size.x + 2 * margin.x
    const height = size.y + 2 * margin.y
    this.resize(width, height)
    const topLeft = this.map.containerPointToLayerPoint([-margin.x, -margin.y])
    this.corner = this.map.layerPointToLatLng(topLeft)
    this.drawnZoom = this.map.getZoom()
    L.DomUtil.setTransform(this.canvas, topLeft, 1)
    const context = this.canvas.getContext('2d')
    if (!context) return
    const ratio = devicePixelRatio
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    const zoom = this.drawnZoom
    const origin = this.map.project(this.corner, zoom)
    const place = (lon: number, lat: number): [number, number] => {
      const point = this.map.project([lat, lon], zoom)
      return [point.x - origin.x, point.y - origin.y]
    }
    this.draw({ context, width, height, zoom, place })
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
    const half = this.map.getSize().divideBy(2)
    const at = this.map
      .project(this.corner, zoom)
      .subtract(this.map.project(centre, zoom))
      .add(half)
      .subtract(L.DomUtil.getPosition(pane))
    L.DomUtil.setTransform(this.canvas, at, this.map.getZoomScale(zoom, this.drawnZoom))
  }

  remove(): void {
    this.map.off('moveend viewreset resize', this.redrawSoon, this)
    this.map.off('zoom', this.follow, this)
    this.map.off('zoomanim', this.animate, this)
    this.canvas.remove()
  }
}

/** Writes text that stays readable on any ground. */
export function haloText(context: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, halo: string): void {
  context.lineJoin = 'round'
  context.lineWidth = 3.5
  context.strokeStyle = halo
  context.strokeText(text, x, y)
  context.fillStyle = colour
  context.fillText(text, x, y)
}
