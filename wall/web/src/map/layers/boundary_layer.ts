import type { FeatureCollection } from 'geojson'
import { shapesOf, type Shape } from '../shapes'
import { trace, type Drawing, type Painter } from '../drawing'

/** So many outlines are stroked at once: one path of 8000 is slower than many short ones. */
const AT_ONCE = 200

export interface BoundaryLook {
  colour: string
  weightAt16: number
  /** Grids too small to be told apart, in pixels across, are left out: they would be a grey sheet. */
  smallestPixels: number
}

/** Outlines of areas or grids; the lines grow gently with the zoom. */
export class BoundaryLayer implements Painter {
  visible = true
  private readonly shapes: Shape[]

  constructor(
    features: FeatureCollection,
    private readonly look: BoundaryLook,
  ) {
    this.shapes = shapesOf(features)
  }

  /** Of the one in the middle by size; fractions of the world. */
  get middleWidth(): number {
    const widths = this.shapes.map((shape) => shape.east - shape.west).sort((a, b) => a - b)
    return widths[widths.length >> 1] ?? 0
  }

  paint(drawing: Drawing): void {
    const { context, zoom, scale } = drawing
    context.strokeStyle = this.look.colour
    context.lineWidth = Math.max(0.5, this.look.weightAt16 * 1.25 ** (zoom - 16))
    context.lineJoin = 'round'
    let traced = 0
    context.beginPath()
    for (const shape of this.shapes) {
      if ((shape.east - shape.west) * scale < this.look.smallestPixels) continue
      if (!trace(drawing, shape)) continue
      if (++traced % AT_ONCE === 0) {
        context.stroke()
        context.beginPath()
      }
    }
    context.stroke()
  }
}
