import type { FeatureCollection } from 'geojson'
import { PALETTE } from '../palette'
import { shapesOf, type Shape } from '../shapes'
import { trace, type Drawing, type Painter } from '../drawing'

type RoadKind = keyof typeof PALETTE.road

const MAIN = new Set(['main', 'motorway', 'trunk', 'primary', 'secondary', 'arterial'])
const PATH = new Set(['path', 'footway', 'lane', 'track', 'service'])
const ROAD_ORDER: readonly RoadKind[] = ['path', 'minor', 'main']
const BUILDINGS_FROM_ZOOM = 12.5

export function roadKind(properties: Record<string, unknown>): RoadKind {
  const word = String(properties['kind'] ?? properties['class'] ?? properties['highway'] ?? '')
  if (MAIN.has(word)) return 'main'
  return PATH.has(word) ? 'path' : 'minor'
}

/** Pixels; roads keep about their width on the ground from zoom 14 on. */
export function roadWeight(kind: RoadKind, zoom: number): number {
  const at16 = { main: 7, minor: 4, path: 2 }[kind]
  return Math.max(kind === 'main' ? 1.6 : 0.7, at16 * 1.55 ** (zoom - 16))
}

/** One file of the base map: water, green, buildings or roads. */
export class BaseLayer implements Painter {
  visible = true
  private readonly shapes: Shape[]

  constructor(
    readonly name: string,
    features: FeatureCollection,
  ) {
    this.shapes = shapesOf(features)
  }

  paint(drawing: Drawing): void {
    switch (this.name) {
      case 'water':
        this.fill(drawing, PALETTE.water)
        this.stroke(drawing, (shape) => !shape.closed, PALETTE.water, roadWeight('main', drawing.zoom))
        break
      case 'green':
        this.fill(drawing, PALETTE.green)
        break
      case 'buildings':
        if (drawing.zoom < BUILDINGS_FROM_ZOOM) break
        this.fill(drawing, PALETTE.building)
        if (drawing.zoom >= 15) this.stroke(drawing, () => true, PALETTE.buildingEdge, 0.7)
        break
      default:
        for (const kind of ROAD_ORDER) {
          this.stroke(drawing, (shape) => roadKind(shape.properties) === kind, PALETTE.road[kind], roadWeight(kind, drawing.zoom))
        }
    }
  }

  private fill(drawing: Drawing, colour: string): void {
    const { context } = drawing
    context.beginPath()
    for (const shape of this.shapes) if (shape.closed) trace(drawing, shape)
    context.fillStyle = colour
    context.fill('evenodd')
  }

  private stroke(drawing: Drawing, wanted: (shape: Shape) => boolean, colour: string, width: number): void {
    const { context } = drawing
    context.beginPath()
    for (const shape of this.shapes) if (wanted(shape)) trace(drawing, shape)
    context.lineWidth = width
    context.lineCap = 'round'
    context.lineJoin = 'round'
    context.strokeStyle = colour
    context.stroke()
  }
}
