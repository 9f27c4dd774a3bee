import type { FeatureCollection } from 'geojson'
import L from 'leaflet'
import type { Camera, Case, Town, Worker } from '../api/types'
import { BaseLayer } from './layers/base_layer'
import { BoundaryLayer } from './layers/boundary_layer'
import { CameraLayer } from './layers/camera_layer'
import { CaseLayer } from './layers/case_layer'
import { LabelLayer } from './layers/label_layer'
import { MarkLayer } from './layers/mark_layer'
import { WorkerLayer } from './layers/worker_layer'
import { type SwitchName } from './switches'
import { PALETTE } from './palette'
import { pick, type Pick, type Target } from './pick'

/** From the ground up. */
const PANES = ['base', 'areas', 'grids', 'labels', 'cameras', 'workers', 'cases', 'mark'] as const
export const BASE_ORDER = ['green', 'water', 'buildings', 'roads'] as const
/** A feature's name in the language on view, from its properties. */
export type NameOf = (properties: Record<string, unknown>) => string

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

type Switchable = { setVisible(visible: boolean): void }

/** The map, seen from the framework: data in, clicks out. Leaflet does not show through. */
export class MapView {
  private readonly map: L.Map
  private readonly renderers = new Map<string, L.Canvas>()
  private readonly labels: LabelLayer
  private readonly cameraLayer: CameraLayer
  private readonly workerLayer: WorkerLayer
  private readonly caseLayer: CaseLayer
  private readonly mark: MarkLayer
  private readonly switches = new Map<SwitchName, Switchable[]>()
  private readonly off = new Set<SwitchName>()
  private cameras: Camera[] = []
  private cases: Case[] = []
  private readonly bounds: L.LatLngBounds
  private hovered: Pick | null = null

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
      preferCanvas: true,
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
    PANES.forEach((name, index) => {
      const pane = this.map.createPane(name)
      pane.style.zIndex = String(300 + index * 20)
      if (index > 2) pane.style.pointerEvents = 'none'
    })
    this.map.fitBounds(this.bounds, { animate: false })
    this.labels = new LabelLayer(this.map, 'labels')
    this.cameraLayer = new CameraLayer(this.map, 'cameras')
    this.workerLayer = new WorkerLayer(this.map, 'workers')
    this.caseLayer = new CaseLayer(this.map, 'cases')
    this.mark = new MarkLayer(this.map, 'mark')
    this.register('labels', this.labels)
    this.register('cameras', this.cameraLayer)
    this.register('workers', this.workerLayer)
    this.register('cases', this.caseLayer)
    this.listen()
  }

  private listen(): void {
    this.map.on('click', (event) => {
      const found = this.find(event.containerPoint.x, event.containerPoint.y)
      this.callbacks.onClick(found, { lon: event.latlng.lng, lat: event.latlng.lat })
    })
    this.map.on('mousemove', (event) => {
      const { x, y } = event.containerPoint
      const found = this.find(x, y)
      if (found?.id === this.hovered?.id && !found) return
      this.hovered = found
      this.container.style.cursor = found ? 'pointer' : ''
      this.callbacks.onHover(found, { x, y })
    })
    this.map.on('mouseout', () => this.callbacks.onHover(null, { x: 0, y: 0 }))
    this.map.on('move zoom zoomend moveend resize', () => this.callbacks.onMove())
    new ResizeObserver(() => {
      if (this.container.clientWidth > 0) this.map.invalidateSize({ animate: false, pan: true })
    }).observe(this.container)
  }

  private find(x: number, y: number): Pick | null {
    return pick(this.targets(), x, y)
  }

  private *targets(): Generator<Target> {
    const at = (lon: number, lat: number): { x: number; y: number } => this.map.latLngToContainerPoint([lat, lon])
    if (!this.off.has('cases')) {
      for (const { id, lon, lat } of this.cases) if (lon !== null && lat !== null) yield { kind: 'case', id, ...point(at(lon, lat)) }
    }
    if (!this.off.has('workers')) {
      for (const [id, lon, lat] of this.workerLayer.positions()) yield { kind: 'worker', id, ...point(at(lon, lat)) }
    }
    if (!this.off.has('cameras')) {
      for (const { id, lon, lat } of this.cameras) if (lon !== null && lat !== null) yield { kind: 'camera', id, ...point(at(lon, lat)) }
    }
  }

  private register(name: SwitchName, layer: Switchable): void {
    this.switches.set(name, [...(this.switches.get(name) ?? []), layer])
    if (this.off.has(name)) layer.setVisible(false)
  }

  private renderer(pane: string): L.Canvas {
    const known = this.renderers.get(pane)
    if (known) return known
    const made = L.canvas({ pane, padding: 0.2 })
    this.renderers.set(pane, made)
    return made
  }

  addBase(name: string, features: FeatureCollection, nameOf: NameOf): void {
    const layer = new BaseLayer(this.map, name, features, this.renderer('base'), 'base')
    if (name === 'buildings') this.register('buildings', layer)
    if (name === 'roads') this.labels.setRoads(features, nameOf)
  }

  addAreas(features: FeatureCollection, nameOf: NameOf): void {
    const look = { colour: PALETTE.area, weightAt16: 2.6, dash: '10 6' }
    this.register('areas', new BoundaryLayer(this.map, features, this.renderer('areas'), 'areas', look))
    this.labels.setAreas(this.withoutTown(features), nameOf)
  }

  /** The strip above says which town it is; its name across the map would only hide a village's. */
  private withoutTown(areas: FeatureCollection): FeatureCollection {
    return { ...areas, features: areas.features.filter((area) => area.properties?.['code'] !== this.town.area) }
  }

  addGrids(features: FeatureCollection, nameOf: NameOf): void {
    const look = { colour: PALETTE.grid, weightAt16: 1.3, fill: PALETTE.grid }
    this.register('grids', new BoundaryLayer(this.map, features, this.renderer('grids'), 'grids', look))
    this.labels.setGrids(features, nameOf)
  }

  /** Names in another language. */
  rename(named: NamedFeatures, nameOf: NameOf, cameraName: (camera: Camera) => string): void {
    if (named.areas) this.labels.setAreas(this.withoutTown(named.areas), nameOf)
    if (named.grids) this.labels.setGrids(named.grids, nameOf)
    if (named.roads) this.labels.setRoads(named.roads, nameOf)
    this.labels.setCameras(this.cameras, cameraName)
  }

  setCameras(cameras: Camera[], nameOf: (camera: Camera) => string): void {
    this.cameras = cameras
    this.cameraLayer.setCameras(cameras)
    this.labels.setCameras(cameras, nameOf)
  }

  setWorkers(workers: Iterable<Worker>): void {
    this.workerLayer.setWorkers(workers)
  }

  setCases(cases: Case[], urgent: ReadonlySet<string>): void {
    this.cases = cases
    this.caseLayer.setCases(cases, urgent)
  }

  selectCase(id: string | null): void {
    this.caseLayer.select(id)
  }

  highlightCameras(ids: ReadonlySet<string>): void {
    this.cameraLayer.highlight(ids)
  }

  setMark(place: Place | null): void {
    this.mark.setMark(place)
  }

  setSwitch(name: SwitchName, on: boolean): void {
    if (on) this.off.delete(name)
    else this.off.add(name)
    for (const layer of this.switches.get(name) ?? []) layer.setVisible(on)
    if (name in this.labels.shown) {
      this.labels.shown[name as keyof LabelLayer['shown']] = on
      this.labels.redrawSoon()
    }
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
    for (const layer of [this.labels, this.cameraLayer, this.workerLayer, this.caseLayer, this.mark]) layer.remove()
    this.map.remove()
  }
}

function point({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x, y }
}
