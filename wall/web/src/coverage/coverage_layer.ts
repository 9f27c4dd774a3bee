import type { FeatureCollection } from 'geojson'
import { haloText, trace, type Drawing, type Painter } from '../map/drawing'
import { MAP_FONT, PALETTE } from '../map/palette'
import { shapesOf, type Shape } from '../map/shapes'
import { colourOf, percent, type GridShare } from './shares'

/** A grid's share is written where the grid is so wide, in pixels. */
const WIDE = 70
const HATCH = 'rgba(255, 80, 76, 0.55)'

/** Grids shaded by how much of them is seen, and blind spots. */
export class CoverageLayer implements Painter {
  visible = false
  private grids = new Map<string, Shape>()
  private shares: readonly GridShare[] = []
  private blind: Shape[] = []

  setGrids(features: FeatureCollection): void {
    this.grids = new Map(shapesOf(features).map((shape) => [String(shape.properties['code']), shape]))
  }

  setFound(found: FeatureCollection | null, shares: readonly GridShare[]): void {
    this.shares = shares
    const spots = (found?.features ?? []).filter(({ properties }) => properties?.['kind'] === 'blind')
    this.blind = shapesOf({ type: 'FeatureCollection', features: spots })
  }

  paint(drawing: Drawing): void {
    const { context } = drawing
    // By colour: few fills instead of one a grid.
    const byColour = new Map<string, Shape[]>()
    for (const one of this.shares) {
      const shape = this.grids.get(one.code)
      if (!shape) continue
      const colour = colourOf(Math.round(one.seen * 20) / 20)
      const alike = byColour.get(colour)
      if (alike) alike.push(shape)
      else byColour.set(colour, [shape])
    }
    for (const [colour, shapes] of byColour) {
      context.fillStyle = colour
      context.beginPath()
      for (const shape of shapes) trace(drawing, shape)
      context.fill('evenodd')
    }
    context.fillStyle = HATCH
    context.strokeStyle = HATCH
    context.lineWidth = 1
    for (const shape of this.blind) {
      context.beginPath()
      if (!trace(drawing, shape)) continue
      context.stroke()
      this.hatch(drawing, shape)
    }
    this.write(drawing)
  }

  /** Lines across, within the shape under way. */
  private hatch({ context, scale, left, top, width, height }: Drawing, shape: Shape): void {
    const [west, north] = [Math.max(0, shape.west * scale - left), Math.max(0, shape.north * scale - top)]
    const [east, south] = [Math.min(width, shape.east * scale - left), Math.min(height, shape.south * scale - top)]
    if (east - west < 3 || south - north < 3) return
    context.save()
    context.clip('evenodd')
    context.beginPath()
    for (let x = Math.floor((west + north) / 9) * 9; x < east + south; x += 9) {
      context.moveTo(x - north, north)
      context.lineTo(x - south, south)
    }
    context.stroke()
    context.restore()
  }

  private write({ context, scale, left, top, width, height }: Drawing): void {
    context.font = `600 13px ${MAP_FONT}`
    context.textAlign = 'center'
    for (const one of this.shares) {
      const shape = this.grids.get(one.code)
      if (!shape || (shape.east - shape.west) * scale < WIDE) continue
      const x = ((shape.west + shape.east) / 2) * scale - left
      const y = ((shape.north + shape.south) / 2) * scale - top + 20
      if (x > 0 && x < width && y > 0 && y < height) haloText(context, `${percent(one.seen)} %`, x, y, PALETTE.areaLabel, PALETTE.halo)
    }
  }
}
