import type { FeatureCollection } from 'geojson'
import L from 'leaflet'
import { BoundaryLayer } from '../map/layers/boundary_layer'
import { LabelLayer, type NameOf } from '../map/layers/label_layer'
import { worldX, worldY } from '../map/mercator'
import { PALETTE } from '../map/palette'
import { Sheet } from '../map/sheet'
import type { Painter } from '../map/drawing'
import { ChoroplethLayer } from './choropleth_layer'
import { SpotLayer } from './spot_layer'

export interface NumbersMapCallbacks {
  /** `at`: pixels within the map. */
  onHover(code: string | null, at: { x: number; y: number }): void
  onClick(code: string | null): void
}

/** The map of numbers: grids by their shade, the borders and names of areas, and circles on top. */
export class NumbersMap {
  readonly grids = new ChoroplethLayer()
  readonly spots = new SpotLayer('#9a5cf0')
  readonly rounds = new SpotLayer('#d9730d')
  private readonly map: L.Map
  private readonly ground: Sheet
  private readonly things: Sheet
  private readonly painters: Painter[] = []
  private readonly labels = new LabelLayer()
  private readonly bounds: L.LatLngBounds
  private readonly resizes: ResizeObserver
  private areas: BoundaryLayer | null = null

  constructor(container: HTMLElement, [west, south, east, north]: [number, number, number, number], callbacks: NumbersMapCallbacks) {
    this.bounds = L.latLngBounds([south, west], [north, east])
    this.map = L.map(container, { attributionControl: false, zoomControl: false, zoomSnap: 0.25, minZoom: 7, maxZoom: 19, doubleClickZoom: false, maxBounds: this.bounds.pad(1) })
    container.style.background = PALETTE.ground
    L.control.scale({ imperial: false, position: 'bottomright', maxWidth: 140 }).addTo(this.map)
    ;['ground', 'things'].forEach((name, index) => (this.map.createPane(name).style.zIndex = String(300 + index * 20)))
    this.showAll()
    this.ground = new Sheet(this.map, 'ground', this.painters)
    this.things = new Sheet(this.map, 'things', [this.spots, this.rounds])
    this.order()
    const at = ({ lat, lng }: L.LatLng): string | null => this.grids.at(worldX(lng), worldY(lat))
    this.map.on('click', (event) => callbacks.onClick(at(event.latlng)))
    this.map.on('mousemove', (event) => callbacks.onHover(at(event.latlng), { x: event.containerPoint.x, y: event.containerPoint.y }))
    this.map.on('mouseout dragstart', () => callbacks.onHover(null, { x: 0, y: 0 }))
    this.resizes = new ResizeObserver(() => this.map.invalidateSize({ animate: false }))
    this.resizes.observe(container)
    document.fonts.addEventListener('loadingdone', this.onFonts)
  }

  private readonly onFonts = (): void => {
    this.labels.fontChanged()
    this.redraw()
  }

  private order(): void {
    const layers = [this.grids, this.areas, this.labels]
    this.painters.splice(0, Infinity, ...layers.filter((one) => one !== null))
    this.redraw()
  }

  redraw(): void {
    this.ground.redrawSoon()
    this.things.redrawSoon()
  }

  setGrids(features: FeatureCollection, nameOf: NameOf): void {
    this.grids.setGrids(features)
    this.labels.setGrids(features, nameOf)
    this.redraw()
  }

  setAreas(features: FeatureCollection, nameOf: NameOf): void {
    this.areas = new BoundaryLayer(features, { colour: '#9db6cd', weightAt16: 2.6, smallestPixels: 0 })
    this.labels.setAreas(features, nameOf)
    this.order()
  }

  showGrid(code: string): void {
    const box = this.grids.boxOf(code)
    if (!box) return
    const lon = ((box.west + box.east) / 2 - 0.5) * 360
    const y = 0.5 - (box.north + box.south) / 2
    const lat = 90 - (360 * Math.atan(Math.exp(-y * 2 * Math.PI))) / Math.PI
    const wide = Math.max(box.east - box.west, box.south - box.north)
    // It should take about a quarter of the map.
    const zoom = Math.log2(this.map.getSize().y / 4 / (wide * 256))
    this.map.setView([lat, lon], Math.min(17, Math.max(this.map.getMinZoom(), Math.max(zoom, this.map.getBoundsZoom(this.bounds)))), { animate: false })
  }

  flyTo(lon: number, lat: number): void {
    this.map.setView([lat, lon], Math.max(16, this.map.getZoom()), { animate: false })
  }

  showAll(): void {
    // Clear of the legend where there is room beside it.
    const wide = this.map.getSize().x > 900
    this.map.fitBounds(this.bounds, { animate: false, paddingTopLeft: [wide ? 240 : 0, 44] })
  }

  zoomBy(step: number): void {
    this.map.setZoom(this.map.getZoom() + step)
  }

  remove(): void {
    this.resizes.disconnect()
    document.fonts.removeEventListener('loadingdone', this.onFonts)
    this.ground.remove()
    this.things.remove()
    this.map.remove()
  }
}
