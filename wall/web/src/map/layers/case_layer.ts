import type { Case } from '../../api/types'
import { metresPerPixel } from '../mercator'
import { levelColour, MAP_FONT, PALETTE } from '../palette'
import { sprite, type Drawing, type Painter } from '../drawing'

const SIZE = { small: 14, plain: 28, selected: 38 } as const
/** More cases than this, seen from afar, are drawn small: full marks would hide the map and each other. */
const FULL_MARKS_MOST = 150
const FULL_MARKS_FROM_ZOOM = 14.5

function mark(level: number, kind: keyof typeof SIZE): HTMLCanvasElement {
  const strong = kind === 'selected'
  return sprite(SIZE[kind], (context) => {
    const r = SIZE[kind] / 2 - (kind === 'small' ? 1 : 3)
    context.beginPath()
    context.moveTo(0, -r)
    context.lineTo(r, 0)
    context.lineTo(0, r)
    context.lineTo(-r, 0)
    context.closePath()
    context.fillStyle = levelColour(level)
    context.fill()
    context.lineWidth = strong ? 3 : kind === 'plain' ? 2 : 1
    context.strokeStyle = strong ? PALETTE.selected : '#0a0f15'
    context.stroke()
    if (kind === 'small') return
    context.font = `750 ${strong ? 15 : 12}px ${MAP_FONT}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillStyle = '#0a0f15'
    context.fillText(String(level), 0, 0.5)
  })
}

/** Open cases as diamonds in the colour of their level. */
export class CaseLayer implements Painter {
  visible = true
  cases: readonly Case[] = []
  selected: string | null = null
  private readonly marks = new Map<string, HTMLCanvasElement>()

  /** The font the levels are written in has arrived. */
  fontChanged(): void {
    this.marks.clear()
  }

  paint(drawing: Drawing): void {
    const kind = this.cases.length > FULL_MARKS_MOST && drawing.zoom < FULL_MARKS_FROM_ZOOM ? 'small' : 'plain'
    let chosen: Case | null = null
    for (const item of this.cases) {
      if (item.id === this.selected) chosen = item
      else this.stamp(drawing, item, kind)
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
