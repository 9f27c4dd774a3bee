import type { Feature, FeatureCollection, Position } from 'geojson'
import type L from 'leaflet'
import type { Camera } from '../../api/types'
import { CanvasLayer, haloText, type Drawing } from '../canvas_layer'
import { longestStretch, ringCentre, type Point } from '../geometry'
import { placeLabels, type LabelBox } from '../label_placement'
import { MAP_FONT, PALETTE } from '../palette'

interface Label extends LabelBox {
  text: string
  font: string
  colour: string
  angle: number
}

interface PolygonName {
  text: string
  centre: Point
  west: number
  east: number
}

interface RoadName {
  text: string
  line: Position[]
}

const AREAS_UNTIL_ZOOM = 16
const ROADS_FROM_ZOOM = 14.5
const CAMERAS_FROM_ZOOM = 17

/** The outer ring with the most corners: for a multipolygon, nearly always its main part. */
function mainRing(feature: Feature): Position[] | null {
  // RFC 7946 lets a feature be without geometry: an area known by name only.
  const geometry = feature.geometry as Feature['geometry'] | null
  if (!geometry) return null
  if (geometry.type === 'Polygon') return geometry.coordinates[0] ?? null
  if (geometry.type !== 'MultiPolygon') return null
  let best: Position[] | null = null
  for (const polygon of geometry.coordinates) {
    const ring = polygon[0]
    if (ring && (!best || ring.length > best.length)) best = ring
  }
  return best
}

function linesOf(feature: Feature): Position[][] {
  const geometry = feature.geometry as Feature['geometry'] | null
  if (!geometry) return []
  if (geometry.type === 'LineString') return [geometry.coordinates]
  return geometry.type === 'MultiLineString' ? geometry.coordinates : []
}

function polygonNames(features: FeatureCollection, nameOf: (properties: Record<string, unknown>) => string): PolygonName[] {
  const names: PolygonName[] = []
  for (const feature of features.features) {
    const ring = mainRing(feature)
    const text = nameOf(feature.properties ?? {})
    if (!ring || !text) continue
    const lons = ring.map((at) => at[0] ?? 0)
    names.push({
      text,
      centre: ringCentre(ring.map((at) => [at[0] ?? 0, at[1] ?? 0] as const)),
      west: Math.min(...lons),
      east: Math.max(...lons),
    })
  }
  return names
}

/** All writing that does not move, on one canvas, so that no name covers another. Drawn once per view. */
export class LabelLayer extends CanvasLayer {
  private areas: PolygonName[] = []
  private grids: PolygonName[] = []
  private roads: RoadName[] = []
  private cameras: { text: string; lon: number; lat: number }[] = []
  readonly shown = { areas: true, grids: true, roads: true, cameras: true }

  constructor(map: L.Map, pane: string) {
    super(map, pane)
    // Subsets of the font arrive when the first of their characters is drawn.
    document.fonts.addEventListener('loadingdone', this.onFonts)
  }

  private readonly onFonts = (): void => this.redrawSoon()

  setAreas(features: FeatureCollection, nameOf: (properties: Record<string, unknown>) => string): void {
    this.areas = polygonNames(features, nameOf)
    this.redrawSoon()
  }

  setGrids(features: FeatureCollection, nameOf: (properties: Record<string, unknown>) => string): void {
    this.grids = polygonNames(features, (p) => nameOf(p) || String(p['code'] || ''))
    this.redrawSoon()
  }

  setRoads(features: FeatureCollection, nameOf: (properties: Record<string, unknown>) => string): void {
    this.roads = features.features.flatMap((feature) => {
      const text = nameOf(feature.properties ?? {})
      return text ? linesOf(feature).map((line) => ({ text, line })) : []
    })
    this.redrawSoon()
  }

  setCameras(cameras: Camera[], nameOf: (camera: Camera) => string): void {
    this.cameras = cameras.flatMap((camera) =>
      camera.lon === null || camera.lat === null ? [] : [{ text: nameOf(camera), lon: camera.lon, lat: camera.lat }],
    )
    this.redrawSoon()
  }

  protected draw(drawing: Drawing): void {
    const { context } = drawing
    const labels: Label[] = []
    if (this.shown.areas && drawing.zoom < AREAS_UNTIL_ZOOM) this.polygonLabels(drawing, labels, this.areas, 15, 650, PALETTE.areaLabel, 4, false)
    if (this.shown.cameras && drawing.zoom >= CAMERAS_FROM_ZOOM) this.cameraLabels(drawing, labels)
    if (this.shown.grids) this.polygonLabels(drawing, labels, this.grids, 12, 450, PALETTE.gridLabel, 1, true)
    if (this.shown.roads && drawing.zoom >= ROADS_FROM_ZOOM) this.roadLabels(drawing, labels)
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const label of placeLabels(labels)) {
      context.font = label.font
      context.save()
      context.translate(label.x, label.y)
      if (label.angle !== 0) context.rotate(label.angle)
      haloText(context, label.text, 0, 0, label.colour, PALETTE.halo)
      context.restore()
    }
  }

  /** `mustFit`: only names narrower than their own polygon. */
  private polygonLabels(
    { context, place, width, height }: Drawing,
    labels: Label[],
    names: readonly PolygonName[],
    size: number,
    weight: number,
    colour: string,
    priority: number,
    mustFit: boolean,
  ): void {
    const font = `${weight} ${size}px ${MAP_FONT}`
    context.font = font
    for (const { text, centre, west, east } of names) {
      const [x, y] = place(centre[0], centre[1])
      if (x < 0 || y < 0 || x > width || y > height) continue
      const textWidth = context.measureText(text).width
      if (mustFit && place(east, centre[1])[0] - place(west, centre[1])[0] < textWidth + 10) continue
      labels.push({ x, y, width: textWidth, height: size + 3, priority, text, font, colour, angle: 0 })
    }
  }

  private cameraLabels({ context, place, width, height }: Drawing, labels: Label[]): void {
    const font = `450 12px ${MAP_FONT}`
    context.font = font
    for (const { text, lon, lat } of this.cameras) {
      const [x, y] = place(lon, lat)
      if (x < 0 || y < 0 || x > width || y > height) continue
      labels.push({ x, y: y + 18, width: context.measureText(text).width, height: 15, priority: 3, text, font, colour: PALETTE.cameraLabel, angle: 0 })
    }
  }

  /** Each name once per view, on the longest straight piece of any road that bears it. */
  private roadLabels({ context, place, width, height }: Drawing, labels: Label[]): void {
    const font = `450 12.5px ${MAP_FONT}`
    context.font = font
    const best = new Map<string, Label & { stretch: number }>()
    for (const { text, line } of this.roads) {
      const stretch = longestStretch(line.map((at) => place(at[0] ?? 0, at[1] ?? 0)), width, height)
      if (!stretch) continue
      const textWidth = context.measureText(text).width
      if (stretch.length < textWidth * 1.1 || (best.get(text)?.stretch ?? 0) >= stretch.length) continue
      const { x, y, angle } = stretch
      best.set(text, {
        x, y, angle, text, font,
        colour: PALETTE.roadLabel, priority: 2, stretch: stretch.length,
        width: Math.abs(Math.cos(angle)) * textWidth + Math.abs(Math.sin(angle)) * 15,
        height: Math.abs(Math.sin(angle)) * textWidth + Math.abs(Math.cos(angle)) * 15,
      })
    }
    labels.push(...best.values())
  }

  override remove(): void {
    document.fonts.removeEventListener('loadingdone', this.onFonts)
    super.remove()
  }
}
