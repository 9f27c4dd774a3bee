import { haloText, type Drawing, type Painter } from '../map/drawing'
import { placeLabels, type LabelBox } from '../map/label_placement'
import { MAP_FONT } from '../map/palette'
import { TextWidths } from '../map/text_width'
import type { TileLabel } from './tile_store'
import { LOOKS, type StyleName } from './vector_style'

interface Written extends LabelBox {
  text: string
  font: string
  colour: string
  angle: number
}

const SIZES: Record<TileLabel['kind'], number> = { place: 14, road: 12, water: 12, point: 11.5 }
const MOST = 300
/** The same name again only so far away, in pixels. */
const APART = 260

/** What is written on vector tiles, placed together over the borders of the tiles. */
export class TileLabels implements Painter {
  visible = true
  private readonly widths = new TextWidths()

  constructor(
    private readonly style: StyleName,
    private readonly labels: () => readonly TileLabel[],
    private readonly language: () => 'zh' | 'en',
  ) {}

  fontChanged(): void {
    this.widths.clear()
  }

  paint(drawing: Drawing): void {
    const { context } = drawing
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const label of placeLabels(this.boxes(drawing))) {
      context.font = label.font
      context.save()
      context.translate(label.x, label.y)
      if (label.angle !== 0) context.rotate(label.angle)
      haloText(context, label.text, 0, 0, label.colour, LOOKS[this.style].halo)
      context.restore()
    }
  }

  private boxes({ context, scale, left, top, width, height }: Drawing): Written[] {
    const found: Written[] = []
    const written = new Map<string, { x: number; y: number }[]>()
    for (const label of [...this.labels()].sort((a, b) => b.rank - a.rank || b.along - a.along)) {
      const x = label.x * scale - left
      const y = label.y * scale - top
      if (x < 0 || y < 0 || x > width || y > height) continue
      const text = label[this.language()]
      const size = SIZES[label.kind] + (label.kind === 'place' ? Math.max(0, label.rank - 5) : 0)
      const font = `450 ${size}px ${MAP_FONT}`
      const wide = this.widths.of(context, font, text)
      if (label.along > 0 && label.along * scale < wide * 1.1) continue
      const others = written.get(text) ?? []
      if (others.some((other) => Math.hypot(other.x - x, other.y - y) < APART)) continue
      written.set(text, [...others, { x, y }])
      const [cos, sin] = [Math.abs(Math.cos(label.angle)), Math.abs(Math.sin(label.angle))]
      found.push({
        x, y, text, font, angle: label.angle, colour: LOOKS[this.style].label[label.kind], priority: label.rank,
        width: cos * wide + sin * (size + 3), height: sin * wide + cos * (size + 3),
      })
      if (found.length === MOST) break
    }
    return found
  }
}
