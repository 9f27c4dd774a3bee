import type { FeatureCollection } from 'geojson'
import type { Camera } from '../../api/types'
import { longestStretch, ringCentre, type Point } from '../geometry'
import { placeLabels, type LabelBox } from '../label_placement'
import { MAP_FONT, PALETTE } from '../palette'
import { mainPath, shapesOf, type Shape } from '../shapes'
import { haloText, type Drawing, type Painter } from '../drawing'
import { TextWidths } from '../text_width'

export type NameOf = (properties: Record<string, unknown>) => string

interface Label extends LabelBox {
  text: string
  font: string
  colour: string
  angle: number
}

interface PolygonName {
  text: string
  /** Fractions of the world. */
  x: number
  y: number
  width: number
}

interface PolygonLook {
  size: number
  weight: number
  colour: 'areaLabel' | 'gridLabel'
  priority: number
  /** Only names narrower than their own polygon. */
  mustFit: boolean
}

const AREAS_UNTIL_ZOOM = 16
const ROADS_FROM_ZOOM = 14.5
const CAMERAS_FROM_ZOOM = 17
/** A polygon narrower than this cannot hold any name. */
const NARROWEST = 34
const AREA_LOOK: PolygonLook = { size: 15, weight: 650, colour: 'areaLabel', priority: 4, mustFit: false }
const GRID_LOOK: PolygonLook = { size: 12, weight: 450, colour: 'gridLabel', priority: 1, mustFit: true }
const CAMERA_FONT = `450 12px ${MAP_FONT}`
const ROAD_FONT = `450 12.5px ${MAP_FONT}`

function points(path: Float64Array): Point[] {
  const found: Point[] = []
  for (let i = 0; i < path.length; i += 2) found.push([path[i] ?? 0, path[i + 1] ?? 0])
  return found
}

function polygonNames(features: FeatureCollection, nameOf: NameOf): PolygonName[] {
  return shapesOf(features).flatMap((shape) => {
    const text = nameOf(shape.properties)
    if (!text || !shape.closed) return []
    // Relative to a corner: the shoelace formula loses its digits on small shapes far from the origin.
    const ring = points(mainPath(shape)).map(([x, y]) => [x - shape.west, y - shape.north] as const)
    const [x, y] = ringCentre(ring)
    return [{ text, x: x + shape.west, y: y + shape.north, width: shape.east - shape.west }]
  })
}

/** All writing that does not move, placed together so that no name covers another. */
export class LabelLayer implements Painter {
  visible = true
  readonly shown = { areas: true, grids: true, cameras: true, roads: true }
  private areas: PolygonName[] = []
  private grids: PolygonName[] = []
  private roads: { text: string; shape: Shape }[] = []
  private cameras: { text: string; lon: number; lat: number }[] = []
  private readonly widths = new TextWidths()

  setAreas(features: FeatureCollection, nameOf: NameOf): void {
    this.areas = polygonNames(features, nameOf)
  }

  setGrids(features: FeatureCollection, nameOf: NameOf): void {
    this.grids = polygonNames(features, (p) => nameOf(p) || String(p['code'] || ''))
  }

  setRoads(features: FeatureCollection, nameOf: NameOf): void {
    this.roads = shapesOf(features).flatMap((shape) => {
      const text = nameOf(shape.properties)
      return text ? [{ text, shape }] : []
    })
  }

  setCameras(cameras: readonly Camera[], nameOf: (camera: Camera) => string): void {
    this.cameras = cameras.flatMap((camera) =>
      camera.lon === null || camera.lat === null ? [] : [{ text: nameOf(camera), lon: camera.lon, lat: camera.lat }],
    )
  }

  /** New characters of the font are there. */
  fontChanged(): void {
    this.widths.clear()
  }

  paint(drawing: Drawing): void {
    const { context, zoom } = drawing
    const labels: Label[] = []
    if (this.shown.areas && zoom < AREAS_UNTIL_ZOOM) this.polygonLabels(drawing, labels, this.areas, AREA_LOOK)
    if (this.shown.cameras && zoom >= CAMERAS_FROM_ZOOM) this.cameraLabels(drawing, labels)
    if (this.shown.grids) this.polygonLabels(drawing, labels, this.grids, GRID_LOOK)
    if (this.shown.roads && zoom >= ROADS_FROM_ZOOM) this.roadLabels(drawing, labels)
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

  private polygonLabels(drawing: Drawing, labels: Label[], names: readonly PolygonName[], look: PolygonLook): void {
    const { context, scale, left, top, width, height } = drawing
    const { size, weight, colour, priority, mustFit } = look
    const font = `${weight} ${size}px ${MAP_FONT}`
    for (const name of names) {
      const across = name.width * scale
      if (mustFit && across < NARROWEST) continue
      const x = name.x * scale - left
      const y = name.y * scale - top
      if (x < 0 || y < 0 || x > width || y > height) continue
      const textWidth = this.widths.of(context, font, name.text)
      if (mustFit && across < textWidth + 10) continue
      labels.push({ x, y, width: textWidth, height: size + 3, priority, text: name.text, font, colour: PALETTE[colour], angle: 0 })
    }
  }

  private cameraLabels({ context, place, width, height }: Drawing, labels: Label[]): void {
    for (const { text, lon, lat } of this.cameras) {
      const [x, y] = place(lon, lat)
      if (x < 0 || y < 0 || x > width || y > height) continue
      const textWidth = this.widths.of(context, CAMERA_FONT, text)
      labels.push({ x, y: y + 18, width: textWidth, height: 15, priority: 3, text, font: CAMERA_FONT, colour: PALETTE.cameraLabel, angle: 0 })
    }
  }

  /** Each name once per view, on the longest straight piece of any road that bears it. */
  private roadLabels({ context, scale, left, top, width, height }: Drawing, labels: Label[]): void {
    const best = new Map<string, Label & { stretch: number }>()
    for (const { text, shape } of this.roads) {
      if (shape.east * scale < left || shape.west * scale > left + width) continue
      if (shape.south * scale < top || shape.north * scale > top + height) continue
      for (const path of shape.paths) {
        const line = points(path).map(([x, y]) => [x * scale - left, y * scale - top] as const)
        const stretch = longestStretch(line, width, height)
        if (!stretch || (best.get(text)?.stretch ?? 0) >= stretch.length) continue
        const textWidth = this.widths.of(context, ROAD_FONT, text)
        if (stretch.length < textWidth * 1.1) continue
        const { x, y, angle } = stretch
        const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))]
        best.set(text, {
          x, y, angle, text, font: ROAD_FONT, colour: PALETTE.roadLabel, priority: 2, stretch: stretch.length,
          width: cos * textWidth + sin * 15, height: sin * textWidth + cos * 15,
        })
      }
    }
    labels.push(...best.values())
  }
}
