import type { FeatureCollection } from 'geojson'
import L from 'leaflet'
import type { Camera, Case, Town, Worker } from '../api/types'
import ClusterCard from './ClusterCard.vue'
import type { Positions } from '../live/positions'
import { drawingAt, type Painter } from './drawing'
import { BaseLayer } from './layers/base_layer'
import { BoundaryLayer } from './layers/boundary_layer'
import { CameraLayer } from './layers/camera_layer'
import { CaseLayer } from './layers/case_layer'
import { LabelLayer, type NameOf } from './layers/label_layer'
import { MarkLayer } from './layers/mark_layer'
import { PulseLayer } from './layers/pulse_layer'
import { WorkerLayer } from './layers/worker_layer'
import { latOf, lonOf, worldPixels } from './mercator'
import { painted, pickOf, SHEETS, type MapLayer, type SheetName } from './map_layer'
import { BoxDrag } from './box_drag'
import { PALETTE } from './palette'
import { Picker, type Pick } from './pick'
import { Sheet } from './sheet'

export const BASE_ORDER = ['green', 'water', 'buildings', 'roads'] as const
export { pickOf } from './map_layer'
/** Places of Leaflet's own layers, such as tiles, below all sheets. */
const BACKDROP = 'backdrop'
const PANES = [BACKDROP, ...SHEETS] as const
/** Smooth to the eye at walking pace; more would only cost. */
const MOVING_MS = 90

export interface NamedFeatures {
  areas?: FeatureCollection
  grids?: FeatureCollection
  roads?: FeatureCollection
}

export interface Place {
  lon: number
  lat: number
}

export interface MapViewCallbacks {
  /** `at`: pixels within the map. */
  onHover(found: Pick | null, at: { x: number; y: number }): void
  onClick(found: Pick | null, place: Place): void
  onPointer?(place: Place): void
  /** The view moved: whatever is pinned to a place has to follow. */
  onMove(): void
}

/** The map, seen from the framework: data in, clicks out. Leaflet moves and zooms it; our layers paint it. */
export class MapView {
  /** For parts that need more than is here; what they add they also take off. */
  readonly map: L.Map
  /** Our own and those parts added, in no order. */
  readonly layers: MapLayer[] = []
  readonly boxes: BoxDrag
  /** Layers came or went. */
  onLayers: () => void = () => {}
  private readonly bounds: L.LatLngBounds
  private readonly labels = new LabelLayer()
  private readonly cameraLayer = new CameraLayer()
  private readonly workerLayer = new WorkerLayer()
  private readonly caseLayer = new CaseLayer()
  private readonly pulses = new PulseLayer()
  private readonly mark = new MarkLayer()
  private readonly painters: Record<SheetName, Painter[]> = { ground: [], moving: [], things: [] }
  private readonly sheets: Record<SheetName, Sheet>
  private readonly off = new Set<string>()
  private readonly timer: ReturnType<typeof setInterval>
  private readonly resizes: ResizeObserver
  private hovering = false
  private dragging = false

  constructor(
    private readonly container: HTMLElement,
    private readonly town: Town,
    private readonly callbacks: MapViewCallbacks,
  ) {
    const [west, south, east, north] = town.bounds
    this.bounds = L.latLngBounds([south, west], [north, east])
    this.map = L.map(container, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 0.25,
      zoomDelta: 0.75,
      wheelPxPerZoomLevel: 90,
      minZoom: 9,
      maxZoom: 20,
      maxBounds: this.bounds.pad(1),
      doubleClickZoom: false,
      boxZoom: false,
    })
    container.style.background = PALETTE.ground
    L.control.scale({ imperial: false, position: 'bottomleft', maxWidth: 140 }).addTo(this.map)
    PANES.forEach((name, index) => (this.map.createPane(name).style.zIndex = String(280 + index * 20)))
    this.map.fitBounds(this.bounds, { animate: false })
    const sheet = (name: SheetName): Sheet => new Sheet(this.map, name, this.painters[name])
    this.sheets = { ground: sheet('ground'), moving: sheet('moving'), things: sheet('things') }
    this.boxes = new BoxDrag(this.map)
    this.addOwnLayers()
    this.timer = setInterval(() => this.beat(), MOVING_MS)
    this.resizes = new ResizeObserver(() => {
      if (this.container.clientWidth > 0) this.map.invalidateSize({ animate: false, pan: true })
    })
    this.resizes.observe(container)
    this.listen()
  }

  private addOwnLayers(): void {
    const { labels, cameraLayer, workerLayer, caseLayer, pulses } = this
    const own: MapLayer[] = [
      { name: 'labels', title: 'map.layer.labels', sheet: 'ground', order: 90, painter: labels, fontChanged: () => labels.fontChanged() },
      { name: 'pulses', title: null, sheet: 'moving', order: 20, painter: pulses, follows: 'case', moving: () => pulses.isMoving },
      {
        name: 'worker', title: 'map.layer.workers', sheet: 'moving', order: 30, painter: workerLayer,
        moving: () => workerLayer.isMoving,
        fontChanged: () => workerLayer.fontChanged(),
        pick: { reach: 11, handicap: 8, each: (offer) => workerLayer.eachPosition(offer), place: (id) => this.workerPlace(id) },
      },
      {
        name: 'camera', title: 'map.layer.cameras', sheet: 'things', order: 20, painter: cameraLayer,
        pick: { reach: 10, handicap: 16, ...pickOf(() => cameraLayer.cameras) },
        switched: (on) => (labels.shown.cameras = on),
      },
      {
        name: 'case', title: 'map.layer.cases', sheet: 'things', order: 60, painter: caseLayer,
        fontChanged: () => caseLayer.fontChanged(),
        pick: { reach: 16, handicap: 0, each: pickOf(() => caseLayer.singles).each, place: pickOf(() => caseLayer.cases).place },
      },
      {
        name: 'cluster', title: null, sheet: 'things', order: 61, follows: 'case', card: ClusterCard,
        pick: { reach: 22, handicap: 0, ...pickOf(() => caseLayer.clusters.map(({ key, x, y }) => ({ id: key, lon: lonOf(x), lat: latOf(y) }))) },
      },
      { name: 'mark', title: null, sheet: 'things', order: 90, painter: this.mark },
    ]
    for (const layer of own) this.addLayer(layer)
  }

  addLayer(layer: MapLayer): void {
    this.layers.push(layer)
    if (layer.off) this.off.add(layer.name)
    layer.leaflet?.addTo(this.map)
    this.orderPainters(layer.sheet)
    this.applySwitch(layer)
  }

  removeLayer(layer: MapLayer): void {
    const at = this.layers.indexOf(layer)
    if (at < 0) return
    this.layers.splice(at, 1)
    layer.leaflet?.remove()
    this.orderPainters(layer.sheet)
  }

  private orderPainters(sheet: SheetName): void {
    this.painters[sheet].splice(0, Infinity, ...painted(this.layers, sheet))
    this.onLayers()
    this.redraw(sheet)
  }

  /** Paints a sheet anew with the next frame. */
  redraw(sheet: SheetName): void {
    this.sheets[sheet].redrawSoon()
  }

  isOn(name: string): boolean {
    return !this.off.has(name)
  }

  setSwitch(name: string, on: boolean): void {
    if (on) this.off.delete(name)
    else this.off.add(name)
    for (const layer of this.layers) if (layer.name === name || layer.follows === name) this.applySwitch(layer)
    for (const sheet of SHEETS) this.redraw(sheet)
  }

  private applySwitch(layer: MapLayer): void {
    const on = this.isOn(layer.follows ?? layer.name)
    if (layer.painter) layer.painter.visible = on
    if (layer.leaflet && on !== this.map.hasLayer(layer.leaflet)) {
      if (on) layer.leaflet.addTo(this.map)
      else layer.leaflet.remove()
    }
    layer.switched?.(on)
  }

  private listen(): void {
    this.map.on('click', (event) => {
      if (this.boxes.busy) return
      this.callbacks.onClick(this.find(event.latlng), { lon: event.latlng.lng, lat: event.latlng.lat })
    })
    this.map.on('mousemove', (event) => {
      if (this.dragging) return
      this.callbacks.onPointer?.({ lon: event.latlng.lng, lat: event.latlng.lat })
      const found = this.find(event.latlng)
      if (!found && !this.hovering) return
      this.hovering = found !== null
      this.container.style.cursor = found ? 'pointer' : ''
      this.callbacks.onHover(found, point(event.containerPoint))
    })
    this.map.on('dragstart', () => (this.dragging = true))
    this.map.on('dragend', () => (this.dragging = false))
    this.map.on('mouseout', () => this.callbacks.onHover(null, { x: 0, y: 0 }))
    this.map.on('move zoom moveend resize', () => this.callbacks.onMove())
    // Subsets of the font arrive when the first of their characters is drawn.
    document.fonts.addEventListener('loadingdone', this.onFonts)
  }

  private readonly onFonts = (): void => {
    for (const layer of this.layers) layer.fontChanged?.()
    for (const sheet of SHEETS) this.redraw(sheet)
  }

  private beat(): void {
    if (document.hidden || this.container.clientWidth === 0) return
    const moving = (layer: MapLayer): boolean => this.isOn(layer.follows ?? layer.name) && layer.moving?.() === true
    for (const sheet of SHEETS) if (this.layers.some((layer) => layer.sheet === sheet && moving(layer))) this.redraw(sheet)
  }

  private find({ lng, lat }: L.LatLng): Pick | null {
    const lonPerPixel = 360 / worldPixels(this.map.getZoom())
    const picker = new Picker(lng, lat, lonPerPixel, lonPerPixel * Math.cos((lat * Math.PI) / 180))
    for (const { name, follows, pick } of this.layers) {
      if (pick && this.isOn(follows ?? name)) pick.each((id, lon, at) => picker.offer(name, id, lon, at, pick))
    }
    return picker.found
  }

  addBase(name: string, features: FeatureCollection, nameOf: NameOf): void {
    const rank = BASE_ORDER.findIndex((known) => known === name)
    if (name === 'roads') this.labels.setRoads(features, nameOf)
    this.replaceLayer({
      name: `base.${name}`, title: BASE_ORDER[rank] ? `map.layer.${name}` : null,
      sheet: 'ground', order: rank < 0 ? 39 : rank * 10, painter: new BaseLayer(name, features),
      switched: (on) => {
        if (name === 'roads') this.labels.shown.roads = on
      },
    })
  }

  addAreas(features: FeatureCollection, nameOf: NameOf): void {
    const painter = new BoundaryLayer(features, { get colour() { return PALETTE.area }, weightAt16: 2.6, smallestPixels: 0 })
    this.labels.setAreas(this.withoutTown(features), nameOf)
    this.replaceLayer({
      name: 'area', title: 'map.layer.areas', sheet: 'ground', order: 60, painter,
      switched: (on) => (this.labels.shown.areas = on),
    })
  }

  addGrids(features: FeatureCollection, nameOf: NameOf): void {
    const painter = new BoundaryLayer(features, { get colour() { return PALETTE.grid }, weightAt16: 1.3, smallestPixels: 5 })
    this.labels.setGrids(features, nameOf)
    this.caseLayer.gridWidth = painter.middleWidth
    this.replaceLayer({
      name: 'grid', title: 'map.layer.grids', sheet: 'ground', order: 50, painter,
      switched: (on) => (this.labels.shown.grids = on),
    })
  }

  /** The cases of a cluster as it is drawn now. */
  clusterOf(key: string): readonly Case[] {
    return this.caseLayer.clusters.find((cluster) => cluster.key === key)?.cases ?? []
  }

  private replaceLayer(layer: MapLayer): void {
    const before = this.layers.find((one) => one.name === layer.name)
    if (before) this.removeLayer(before)
    this.addLayer(layer)
  }

  /** The strip above says which town it is; its name across the map would only hide a village's. */
  private withoutTown(areas: FeatureCollection): FeatureCollection {
    return { ...areas, features: areas.features.filter((area) => area.properties?.['code'] !== this.town.area) }
  }

  /** Names in another language. */
  rename(named: NamedFeatures, nameOf: NameOf, cameraName: (camera: Camera) => string): void {
    if (named.areas) this.labels.setAreas(this.withoutTown(named.areas), nameOf)
    if (named.grids) this.labels.setGrids(named.grids, nameOf)
    if (named.roads) this.labels.setRoads(named.roads, nameOf)
    this.labels.setCameras(this.cameraLayer.cameras, cameraName)
    this.redraw('ground')
  }

  /** Cameras do not move: their names are laid out anew only when some came or went. */
  setCameras(cameras: readonly Camera[], nameOf: (camera: Camera) => string): void {
    const sameSet = cameras.length === this.cameraLayer.cameras.length
    this.cameraLayer.cameras = cameras
    this.redraw('things')
    if (sameSet) return
    this.labels.setCameras(cameras, nameOf)
    this.redraw('ground')
  }

  moveWorkers(positions: Positions): void {
    this.workerLayer.move(positions)
  }

  setWorkers(workers: Iterable<Worker>): void {
    this.workerLayer.setWorkers(workers)
    this.redraw('moving')
  }

  /** `urgent`: ids that pulse even where there are many. */
  setCases(cases: readonly Case[], urgent: ReadonlySet<string>, selected: string | null): void {
    this.caseLayer.cases = cases
    this.caseLayer.selected = selected
    this.pulses.setCases(cases, urgent, selected)
    this.redraw('things')
    this.redraw('moving')
  }

  highlightCameras(ids: ReadonlySet<string>): void {
    const before = this.cameraLayer.highlighted
    if (ids.size === before.size && [...ids].every((id) => before.has(id))) return
    this.cameraLayer.highlighted = ids
    this.redraw('things')
  }

  /** `error_m`: how far it may be from there. */
  setMark(place: (Place & { error_m?: number | null }) | null): void {
    this.mark.mark = place
    this.redraw('things')
  }

  flyTo({ lon, lat }: Place, zoom?: number): void {
    const target = Math.max(zoom ?? 0, Math.min(this.map.getZoom(), 18))
    // A map that is not on view cannot animate.
    if (this.container.clientWidth === 0) this.map.setView([lat, lon], target, { animate: false })
    else this.map.flyTo([lat, lon], target, { duration: 0.9 })
  }

  /** Moves the map so that a place is not under a panel `width` pixels wide on its left. */
  clearOfLeft({ lon, lat }: Place, width: number): void {
    const { x } = this.map.latLngToContainerPoint([lat, lon])
    const room = this.container.clientWidth - width
    if (x < width + 40 && room > 120) this.map.panBy([x - width - room / 2, 0], { duration: 0.4 })
  }

  /** What is seen, painted elsewhere: around the same middle, everything `ratio` times as large. */
  paintOn(context: CanvasRenderingContext2D, width: number, height: number, ratio: number): void {
    const { lon, lat } = this.middle
    const drawing = drawingAt(context, width / ratio, height / ratio, this.map.getZoom(), lon, lat)
    context.scale(ratio, ratio)
    for (const sheet of SHEETS) for (const painter of this.painters[sheet]) if (painter.visible) painter.paint(drawing)
  }

  get middle(): Place {
    const { lng, lat } = this.map.getCenter()
    return { lon: lng, lat }
  }

  /** At once, without flying. */
  setView({ lon, lat }: Place, zoom: number): void {
    this.map.setView([lat, lon], zoom, { animate: false })
  }

  zoomBy(step: number): void {
    this.map.setZoom(this.map.getZoom() + step)
  }

  /** So near that all of these are in view, and no nearer than can be read. */
  fitPlaces(places: readonly { lon: number | null; lat: number | null }[]): void {
    const points = places.flatMap(({ lon, lat }) => (lon === null || lat === null ? [] : [L.latLng(lat, lon)]))
    if (points.length > 0) this.map.flyToBounds(L.latLngBounds(points).pad(0.2), { duration: 0.7, maxZoom: 18 })
  }

  showAll(): void {
    this.map.flyToBounds(this.bounds, { duration: 0.7 })
  }

  toPixel({ lon, lat }: Place): { x: number; y: number } {
    return point(this.map.latLngToContainerPoint([lat, lon]))
  }

  /** The place under a pixel of the map. */
  toPlace({ x, y }: { x: number; y: number }): Place {
    const { lng, lat } = this.map.containerPointToLatLng([x, y])
    return { lon: lng, lat }
  }

  workerPlace(id: string): Place | null {
    const at = this.workerLayer.position(id)
    return at && { lon: at[0], lat: at[1] }
  }

  remove(): void {
    clearInterval(this.timer)
    this.resizes.disconnect()
    document.fonts.removeEventListener('loadingdone', this.onFonts)
    for (const sheet of SHEETS) this.sheets[sheet].remove()
    this.boxes.remove()
    this.map.remove()
  }
}

function point({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x, y }
}
