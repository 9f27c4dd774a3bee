import type { FeatureCollection } from 'geojson'
import { trace, type Drawing, type Painter } from '../map/drawing'
import { shapesOf, type Shape } from '../map/shapes'
import type { Heat } from './numbers_types'
import { HEAT, NONE, UNKNOWN, type Shading } from './shade'

/** So many outlines go into one path: a path of 8000 is slower than many short ones. */
const AT_ONCE = 250

/** Grids filled by their class, hatched where no value is known, with the borders of hot and cold ones on top. */
export class ChoroplethLayer implements Painter {
  visible = true
  heats = true
  selected: string | null = null
  private shapes = new Map<string, Shape>()
  private shading: Shading | null = null
  private heat = new Map<string, Heat>()
  private hatch: CanvasPattern | null = null

  setGrids(features: FeatureCollection): void {
    this.shapes = new Map(shapesOf(features).map((shape) => [String(shape.properties['code']), shape]))
  }

  setNumbers(shading: Shading, heat: Map<string, Heat>): void {
    this.shading = shading
    this.heat = heat
  }

  boxOf(code: string): Shape | undefined {
    return this.shapes.get(code)
  }

  /** The grid at a place, in fractions of the world. */
  at(x: number, y: number): string | null {
    for (const [code, shape] of this.shapes) {
      if (x < shape.west || x > shape.east || y < shape.north || y > shape.south) continue
      if (inside(shape, x, y)) return code
    }
    return null
  }

  paint(drawing: Drawing): void {
    const { context, scale } = drawing
    const shading = this.shading
    const byClass = new Map<number, Shape[]>()
    for (const [code, shape] of this.shapes) {
      const at = shading?.of.get(code) ?? -1
      const some = byClass.get(at)
      if (some) some.push(shape)
      else byClass.set(at, [shape])
    }
    for (const [at, shapes] of byClass) {
      this.each(drawing, shapes, () => {
        context.fillStyle = at === -2 ? this.hatching(context) : (shading?.classes[at]?.colour ?? NONE)
        context.fill('evenodd')
      })
    }
    context.lineJoin = 'round'
    context.lineWidth = 0.7
    context.strokeStyle = 'rgb(8 13 19 / 75%)'
    const wide = [...this.shapes.values()].filter((shape) => (shape.east - shape.west) * scale > 6)
    this.each(drawing, wide, () => context.stroke())
    if (this.heats) this.edges(drawing)
    const chosen = this.selected === null ? undefined : this.shapes.get(this.selected)
    if (chosen) this.edge(drawing, [chosen], '#ffffff', 3)
  }

  private edges(drawing: Drawing): void {
    for (const heat of ['cold', 'hot'] as const) {
      const shapes = [...this.heat].flatMap(([code, one]) => (one === heat ? (this.shapes.get(code) ?? []) : []))
      this.edge(drawing, shapes, HEAT[heat], 2.5)
    }
  }

  /** A dark line below keeps the bright one apart from bright ground. */
  private edge(drawing: Drawing, shapes: Shape[], colour: string, width: number): void {
    const { context } = drawing
    for (const [style, weight] of [['rgb(8 13 19 / 80%)', width + 2], [colour, width]] as const) {
      context.lineWidth = weight
      context.strokeStyle = style
      this.each(drawing, shapes, () => context.stroke())
    }
  }

  private each(drawing: Drawing, shapes: readonly Shape[], finish: () => void): void {
    const { context } = drawing
    for (let begin = 0; begin < shapes.length; begin += AT_ONCE) {
      context.beginPath()
      for (const shape of shapes.slice(begin, begin + AT_ONCE)) trace(drawing, shape)
      finish()
    }
  }

  private hatching(context: CanvasRenderingContext2D): CanvasPattern | string {
    if (this.hatch) return this.hatch
    const tile = document.createElement('canvas')
    tile.width = tile.height = 8
    const pen = tile.getContext('2d')
    if (!pen) return UNKNOWN
    pen.fillStyle = NONE
    pen.fillRect(0, 0, 8, 8)
    pen.strokeStyle = UNKNOWN
    pen.lineWidth = 1.4
    pen.beginPath()
    for (const x of [-4, 0, 4, 8]) {
      pen.moveTo(x, 8)
      pen.lineTo(x + 8, 0)
    }
    pen.stroke()
    this.hatch = context.createPattern(tile, 'repeat')
    return this.hatch ?? UNKNOWN
  }
}

/** By crossings of a line to the east; holes count out. */
function inside(shape: Shape, x: number, y: number): boolean {
  let odd = false
  for (const path of shape.paths) {
    for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
      const [xi = 0, yi = 0, xj = 0, yj = 0] = [path[i], path[i + 1], path[j], path[j + 1]]
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
    }
  }
  return odd
}
