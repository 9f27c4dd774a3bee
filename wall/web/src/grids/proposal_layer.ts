import type { FeatureCollection } from 'geojson'
import { trace, type Drawing, type Painter } from '../map/drawing'
import { worldX, worldY } from '../map/mercator'
import { shapesOf, type Shape } from '../map/shapes'
import type { GridPreview, Spot } from './grid_types'

/** So many outlines go into one path: a path of 8000 is slower than many short ones. */
const AT_ONCE = 250
export const COLOURS = { old: '#8a97a5', same: '#4f9fe0', new: '#3ecf8e', redrawn: '#f5b83d', gone: '#ff6b66', problem: '#ff5dd2' } as const
type Look = 'same' | 'new' | 'redrawn'

/** The grids there are in grey, those that would be there in colours, and marks where something is wrong. */
export class ProposalLayer implements Painter {
  visible = true
  readonly shown = { old: true, proposed: true, problems: true }
  chosen: Spot | null = null
  private old: Shape[] = []
  private gone: Shape[] = []
  private proposed: Record<Look, Shape[]> = { same: [], new: [], redrawn: [] }
  private areas: Shape[] = []
  private spots: Spot[] = []

  set(present: FeatureCollection | null, proposal: FeatureCollection | null, preview: GridPreview | null): void {
    const gone = new Set(preview?.changes.gone)
    const fresh = new Set(preview?.changes.new)
    const redrawn = new Set(preview?.changes.redrawn)
    this.old = present ? shapesOf(present) : []
    this.gone = proposal ? this.old.filter((shape) => gone.has(String(shape.properties['code']))) : []
    const shapes = proposal ? shapesOf(proposal) : []
    const grids = shapes.filter((shape) => shape.properties['what'] === 'grid')
    this.proposed = { same: [], new: [], redrawn: [] }
    for (const shape of grids) {
      const code = String(shape.properties['code'])
      this.proposed[fresh.has(code) ? 'new' : redrawn.has(code) ? 'redrawn' : 'same'].push(shape)
    }
    this.areas = shapes.filter((shape) => shape.properties['what'] === 'problem')
    this.spots = preview?.problems.flatMap(({ place }) => (place ? [place] : [])) ?? []
  }

  paint(drawing: Drawing): void {
    const proposing = Object.values(this.proposed).some((shapes) => shapes.length > 0)
    if (this.shown.old) this.stroke(drawing, this.old, COLOURS.old, proposing ? 2.6 : 1.4, proposing ? 0.75 : 1)
    if (this.shown.proposed) {
      for (const [look, width] of [['same', 1.2], ['redrawn', 1.7], ['new', 1.7]] as const) {
        if (look !== 'same') this.fill(drawing, this.proposed[look], COLOURS[look], 0.14)
        this.stroke(drawing, this.proposed[look], COLOURS[look], width, 1)
      }
      drawing.context.setLineDash([6, 5])
      this.stroke(drawing, this.gone, COLOURS.gone, 1.7, 1)
      drawing.context.setLineDash([])
    }
    if (this.shown.problems) this.paintProblems(drawing)
    if (this.chosen) this.ring(drawing, this.chosen, 16, '#ffffff', 2.5)
  }

  private paintProblems(drawing: Drawing): void {
    this.fill(drawing, this.areas, COLOURS.problem, 0.55)
    const { context, width, height } = drawing
    context.fillStyle = COLOURS.problem
    context.beginPath()
    for (const [lon, lat] of this.spots) {
      const [x, y] = drawing.place(lon, lat)
      if (x < 0 || y < 0 || x > width || y > height) continue
      context.moveTo(x + 3.5, y)
      context.arc(x, y, 3.5, 0, 2 * Math.PI)
    }
    context.fill()
  }

  private ring(drawing: Drawing, [lon, lat]: Spot, radius: number, colour: string, width: number): void {
    const [x, y] = drawing.place(lon, lat)
    drawing.context.beginPath()
    drawing.context.arc(x, y, radius, 0, 2 * Math.PI)
    drawing.context.strokeStyle = colour
    drawing.context.lineWidth = width
    drawing.context.stroke()
  }

  private stroke(drawing: Drawing, shapes: readonly Shape[], colour: string, width: number, alpha: number): void {
    const { context, scale } = drawing
    context.globalAlpha = alpha
    context.strokeStyle = colour
    context.lineWidth = width
    context.lineJoin = 'round'
    // Far off a border of every grid would be one sheet of colour.
    const seen = shapes.filter((shape) => (shape.east - shape.west) * scale > 3)
    this.each(drawing, seen, () => context.stroke())
    context.globalAlpha = 1
  }

  private fill(drawing: Drawing, shapes: readonly Shape[], colour: string, alpha: number): void {
    drawing.context.globalAlpha = alpha
    drawing.context.fillStyle = colour
    this.each(drawing, shapes, () => drawing.context.fill('evenodd'))
    drawing.context.globalAlpha = 1
  }

  private each(drawing: Drawing, shapes: readonly Shape[], finish: () => void): void {
    for (let begin = 0; begin < shapes.length; begin += AT_ONCE) {
      drawing.context.beginPath()
      for (const shape of shapes.slice(begin, begin + AT_ONCE)) trace(drawing, shape)
      finish()
    }
  }

  /** The smallest box around what would be there, else around what is: west, north, east, south in fractions of the world. */
  box(): [number, number, number, number] | null {
    const shapes = [...Object.values(this.proposed).flat()]
    const all = shapes.length ? shapes : this.old
    if (!all.length) return null
    const box: [number, number, number, number] = [2, 2, -1, -1]
    for (const one of all) {
      box[0] = Math.min(box[0], one.west)
      box[1] = Math.min(box[1], one.north)
      box[2] = Math.max(box[2], one.east)
      box[3] = Math.max(box[3], one.south)
    }
    return box
  }

  /** Code and name of the proposed grid at a place, else of the present one. */
  at(lon: number, lat: number): { code: string; name: string } | null {
    const x = worldX(lon)
    const y = worldY(lat)
    const all = [...this.proposed.new, ...this.proposed.redrawn, ...this.proposed.same, ...this.old]
    const found = all.find((shape) => x >= shape.west && x <= shape.east && y >= shape.north && y <= shape.south && inside(shape, x, y))
    return found ? { code: String(found.properties['code']), name: String(found.properties['name']) } : null
  }
}

/** By crossings of a line to the east; holes count out. */
function inside(shape: Shape, x: number, y: number): boolean {
  let odd = false
  for (const path of shape.paths) {
    const n = path.length / 2
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const [xi = 0, yi = 0, xj = 0, yj = 0] = [path[2 * i], path[2 * i + 1], path[2 * j], path[2 * j + 1]]
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
    }
  }
  return odd
}
