import type { FeatureCollection } from 'geojson'
import L from 'leaflet'
import type { Camera, Case, Town, Worker } from '../api/types'
import type { Painter } from './drawing'
import { BaseLayer } from './layers/base_layer'
import { BoundaryLayer } from './layers/boundary_layer'
import { CameraLayer } from './layers/camera_layer'
import { CaseLayer } from './layers/case_layer'
import { DomeLayer, type DomeView } from './layers/dome_layer'
import { LabelLayer, type NameOf } from './layers/label_layer'
import { MarkLayer } from './layers/mark_layer'
import { PulseLayer } from './layers/pulse_layer'
import { WorkerLayer } from './layers/worker_layer'
import { worldPixels } from './mercator'
import { PALETTE } from './palette'
import { Picker, type Pick } from './pick'
import { Sheet } from './sheet'
import type { SwitchName } from './switches'

export const BASE_ORDER = ['green', 'water', 'buildings', 'roads'] as const
/** From the ground up. What changes together shares a sheet: the ground with the view, the rest by itself. */
const PANES = ['ground', 'moving', 'things'] as const
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
  /** The view moved: whatever is pinned to a place has to follow. */
  onMove(): void
}

/** The map, seen from the framework: data in, clicks out. Leaflet moves and zooms it; our layers paint it. */
export class MapView {
  private readonly map: L.Map
  private readonly bounds: L.LatLngBounds
  private readonly groundPainters: Painter[] = []
  private readonly base: BaseLayer[] = []
  private areas: BoundaryLayer | null = null
  private grids: BoundaryLayer | null = null
  private readonly labels = new LabelLayer()
  private readonly cameraLayer = new CameraLayer()
  private readonly workerLayer = new WorkerLayer()
  private readonly caseLayer = new CaseLayer()
  private readonly pulses = new PulseLayer()
  private readonly domes = new DomeLayer()
  private readonly mark = new MarkLayer()
  private readonly ground: Sheet
  private readonly moving: Sheet
  private readonly things: Sheet
  private readonly off = new Set<SwitchName>()
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
    PANES.forEach((name, index) => (this.map.createPane(name).style.zIndex = String(300 + index * 20)))
    this.map.fitBounds(this.bounds, { animate: false })
    this.ground = new Sheet(this.map, 'ground', this.groundPainters)
    this.moving = new Sheet(this.map, 'moving', [this.domes, this.pulses, this.workerLayer])
    this.things = new Sheet(this.map, 'things', [this.cameraLayer, this.caseLayer, this.mark])
    this.timer = setInterval(() => this.beat(), MOVING_MS)
    this.resizes = new ResizeObserver(() => {
      if (this.container.clientWidth > 0) this.map.invalidateSize({ animate: false, pan: true })
    })
    this.resizes.observe(container)
    this.listen()
  }

  private listen(): void {
    this.map.on('click', (event) => {
      this.callbacks.onClick(this.find(event.latlng), { lon: event.latlng.lng, lat: event.latlng.lat })
    })
    this.map.on('mousemove', (event) => {
      if (this.dragging) return
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
    for (const layer of [this.labels, this.workerLayer, this.caseLayer]) layer.fontChanged()
    for (const sheet of [this.ground, this.moving, this.things]) sheet.redrawSoon()
  }

  private beat(): void {
    if (document.hidden || this.container.clientWidth === 0) return
    if (this.pulses.isMoving || (this.workerLayer.visible && this.workerLayer.isMoving)) this.moving.redrawSoon()
  }

  private find({ lng, lat }: L.LatLng): Pick | null {
    const lonPerPixel = 360 / worldPixels(this.map.getZoom())
    const picker = new Picker(lng, lat, lonPerPixel, lonPerPixel * Math.cos((lat * Math.PI) / 180))
    if (this.caseLayer.visible) for (const item of this.caseLayer.cases) picker.offer('case', item.id, item.lon, item.lat)
    if (this.workerLayer.visible) this.workerLayer.eachPosition((id, lon, at) => picker.offer('worker', id, lon, at))
    if (this.cameraLayer.visible) for (const item of this.cameraLayer.cameras) picker.offer('camera', item.id, item.lon, item.lat)
    return picker.found
  }

  /** Base layers below, then grids, areas, and all writing on top. */
  private orderGround(): void {
    const layers: (Painter | null)[] = [...this.base, this.grids, this.areas, this.labels]
    this.groundPainters.splice(0, Infinity, ...layers.filter((layer) => layer !== null))
    this.ground.redrawSoon()
  }

  addBase(name: string, features: FeatureCollection, nameOf: NameOf): void {
    const layer = new BaseLayer(name, features)
    layer.visible = name !== 'buildings' || !this.off.has('buildings')
    this.base.push(layer)
    if (name === 'roads') this.labels.setRoads(features, nameOf)
    this.orderGround()
  }

  addAreas(features: FeatureCollection, nameOf: NameOf): void {
    this.areas = new BoundaryLayer(features, { colour: PALETTE.area, weightAt16: 2.6, smallestPixels: 0 })
    this.areas.visible = !this.off.has('areas')
    this.labels.setAreas(this.withoutTown(features), nameOf)
    this.orderGround()
  }

  addGrids(features: FeatureCollection, nameOf: NameOf): void {
    this.grids = new BoundaryLayer(features, { colour: PALETTE.grid, weightAt16: 1.3, smallestPixels: 5 })
    this.grids.visible = !this.off.has('grids')
    this.labels.setGrids(features, nameOf)
    this.orderGround()
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
    this.ground.redrawSoon()
  }

  /** Cameras do not move: their names are laid out anew only when some came or went. */
  setCameras(cameras: readonly Camera[], nameOf: (camera: Camera) => string): void {
    const sameSet = cameras.length === this.cameraLayer.cameras.length
    this.cameraLayer.cameras = cameras
    this.things.redrawSoon()
    if (sameSet) return
    this.labels.setCameras(cameras, nameOf)
    this.ground.redrawSoon()
  }

  setWorkers(workers: Iterable<Worker>): void {
    this.workerLayer.setWorkers(workers)
    this.moving.redrawSoon()
  }

  /** `urgent`: ids that pulse even where there are many. */
  setCases(cases: readonly Case[], urgent: ReadonlySet<string>, selected: string | null): void {
    this.caseLayer.cases = cases
    this.caseLayer.selected = selected
    this.pulses.setCases(cases, urgent, selected)
    this.things.redrawSoon()
    this.moving.redrawSoon()
  }

  highlightCameras(ids: ReadonlySet<string>): void {
    const before = this.cameraLayer.highlighted
    if (ids.size === before.size && [...ids].every((id) => before.has(id))) return
    this.cameraLayer.highlighted = ids
    this.things.redrawSoon()
  }

  setDomes(domes: readonly DomeView[]): void {
    this.domes.domes = domes
    this.moving.redrawSoon()
  }

  /** `error_m`: how far it may be from there. */
  setMark(place: (Place & { error_m?: number | null }) | null): void {
    this.mark.mark = place
    this.things.redrawSoon()
  }

  setSwitch(name: SwitchName, on: boolean): void {
    if (on) this.off.delete(name)
    else this.off.add(name)
    const layers: Record<SwitchName, (Painter | null | undefined)[]> = {
      grids: [this.grids],
      areas: [this.areas],
      labels: [this.labels],
      buildings: [this.base.find((layer) => layer.name === 'buildings')],
      cameras: [this.cameraLayer],
      domes: [this.domes],
      workers: [this.workerLayer],
      cases: [this.caseLayer, this.pulses],
    }
    for (const layer of layers[name]) if (layer) layer.visible = on
    if (name === 'areas' || name === 'grids' || name === 'cameras') this.labels.shown[name] = on
    for (const sheet of [this.ground, this.moving, this.things]) sheet.redrawSoon()
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

  zoomBy(step: number): void {
    this.map.setZoom(this.map.getZoom() + step)
  }

  showAll(): void {
    this.map.flyToBounds(this.bounds, { duration: 0.7 })
  }

  toPixel({ lon, lat }: Place): { x: number; y: number } {
    return point(this.map.latLngToContainerPoint([lat, lon]))
  }

  workerPlace(id: string): Place | null {
    const at = this.workerLayer.position(id)
    return at && { lon: at[0], lat: at[1] }
  }

  remove(): void {
    clearInterval(this.timer)
    this.resizes.disconnect()
    document.fonts.removeEventListener('loadingdone', this.onFonts)
    for (const sheet of [this.ground, this.moving, this.things]) sheet.remove()
    this.map.remove()
  }
}

function point({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x, y }
}
