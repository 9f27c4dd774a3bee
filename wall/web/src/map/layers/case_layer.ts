import type { Case } from '../../api/types'
import { arrange, type Arranged, type Cluster, type Placed } from '../clusters'
import { metresPerPixel, worldX, worldY } from '../mercator'
import { levelColour, MAP_FONT, PALETTE } from '../palette'
import { sprite, type Drawing, type Painter } from '../drawing'

const SIZE = { plain: 28, selected: 38 } as const
/** Marks are stamped, whatever their number; what they say is in `clusters.ts`. */
const NONE: ReadonlySet<string> = new Set()

function mark(level: number, kind: keyof typeof SIZE): HTMLCanvasElement {
  const strong = kind === 'selected'
  return sprite(SIZE[kind], (context) => {
    const r = SIZE[kind] / 2 - 3
    context.beginPath()
    context.moveTo(0, -r)
    context.lineTo(r, 0)
    context.lineTo(0, r)
    context.lineTo(-r, 0)
    context.closePath()
    context.fillStyle = levelColour(level)
    context.fill()
    context.lineWidth = strong ? 3 : 2
    context.strokeStyle = strong ? PALETTE.selected : '#0a0f15'
    context.stroke()
    context.font = `750 ${strong ? 15 : 12}px ${MAP_FONT}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillStyle = '#0a0f15'
    context.fillText(String(level), 0, 0.5)
  })
}

/** Cases as diamonds in the colour of their level; where many lie together a disc with their number and a ring of levels. */
export class CaseLayer implements Painter {
  visible = true
  /** Pixels across a grid as drawn last, by the map. */
  gridWidth = 0
  private placed: Placed[] = []
  private given: readonly Case[] = []
  private arranged: Arranged = { singles: [], clusters: [] }
  private arrangedFor = ''
  selected: string | null = null
  private readonly marks = new Map<string, HTMLCanvasElement>()

  /** The font the levels are written in has arrived. */
  fontChanged(): void {
    this.marks.clear()
  }

  get cases(): readonly Case[] {
    return this.given
  }

  set cases(cases: readonly Case[]) {
    this.given = cases
    this.placed = cases.flatMap((item) => (item.lon === null || item.lat === null ? [] : [{ item, x: worldX(item.lon), y: worldY(item.lat) }]))
    this.arrangedFor = ''
  }

  /** As drawn last: what can be clicked. */
  get singles(): readonly Case[] {
    return this.arranged.singles
  }

  get clusters(): readonly Cluster[] {
    return this.arranged.clusters
  }

  paint(drawing: Drawing): void {
    const key = `${drawing.scale} ${this.selected ?? ''}`
    if (key !== this.arrangedFor) {
      const apart = this.selected ? new Set([this.selected]) : NONE
      this.arranged = arrange(this.placed, drawing.scale, this.gridWidth * drawing.scale, apart)
      this.arrangedFor = key
    }
    for (const cluster of this.arranged.clusters) this.disc(drawing, cluster)
    let chosen: Case | null = null
    for (const item of this.arranged.singles) {
      if (item.id === this.selected) chosen = item
      else this.stamp(drawing, item, 'plain')
    }
    // On top of the others.
    if (!chosen) return
    this.errorCircle(drawing, chosen)
    this.stamp(drawing, chosen, 'selected')
  }

  private stamp({ context, place, width, height }: Drawing, item: Case, kind: keyof typeof SIZE): void {
    if (item.lon === null || item.lat === null) return
    const [x, y] = place(item.lon, item.lat)
    if (x < -20 || y < -20 || x > width + 20 || y > height + 20) return
    const key = `${item.level} ${kind}`
    let image = this.marks.get(key)
    if (!image) this.marks.set(key, (image = mark(item.level, kind)))
    const size = SIZE[kind]
    context.drawImage(image, x - size / 2, y - size / 2, size, size)
  }

  private disc({ context, scale, left, top, width, height }: Drawing, { x: worldAcross, y: worldDown, cases, levels }: Cluster): void {
    const x = worldAcross * scale - left
    const y = worldDown * scale - top
    if (x < -40 || y < -40 || x > width + 40 || y > height + 40) return
    const r = radiusOf(cases.length)
    context.beginPath()
    context.arc(x, y, r, 0, 2 * Math.PI)
    context.fillStyle = 'rgba(12, 19, 27, 0.9)'
    context.fill()
    let from = -Math.PI / 2
    context.lineWidth = 4
    levels.forEach((count, at) => {
      if (count === 0) return
      const to = from + (2 * Math.PI * count) / cases.length
      context.beginPath()
      context.arc(x, y, r - 2, from, to)
      context.strokeStyle = levelColour(at + 1)
      context.stroke()
      from = to
    })
    context.font = `700 ${cases.length > 999 ? 11 : 13}px ${MAP_FONT}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillStyle = '#ffffff'
    context.fillText(String(cases.length), x, y + 0.5)
  }

  /** How far off the place may be. */
  private errorCircle({ context, place, zoom }: Drawing, item: Case): void {
    if (item.lon === null || item.lat === null || item.error_m === null) return
    const radius = item.error_m / metresPerPixel(item.lat, zoom)
    if (radius < 18) return
    const [x, y] = place(item.lon, item.lat)
    context.setLineDash([4, 4])
    context.lineWidth = 1
    context.strokeStyle = PALETTE.selected
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.stroke()
    context.setLineDash([])
  }
}

export function radiusOf(count: number): number {
  return Math.min(26, 13 + 3 * Math.log2(count / 2))
}
