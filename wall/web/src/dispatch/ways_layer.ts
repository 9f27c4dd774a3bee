import type { Drawing, Painter } from '../map/drawing'
import { MAP_FONT } from '../map/palette'

export interface DrawnWay {
  line: readonly (readonly [number, number])[]
  /** Pointed at in a list; accepted, and under way; sent, and not answered. */
  look: 'pointed' | 'accepted' | 'waiting'
  label: string
}

/** Pixels the writing stands above its way: a short one would be hidden by it. */
const ABOVE = 24
const COLOURS = { pointed: '#ffd166', accepted: '#3ecf8e', waiting: '#c79bff' } as const

/** Ways of people to cases: a pale casing so that they stand out from roads, dashes for who has not answered. */
export class WaysLayer implements Painter {
  visible = true
  ways: readonly DrawnWay[] = []

  paint({ context, place }: Drawing): void {
    for (const { line, look } of this.ways) {
      context.beginPath()
      line.forEach(([lon, lat], index) => {
        const [x, y] = place(lon, lat)
        if (index) context.lineTo(x, y)
        else context.moveTo(x, y)
      })
      context.lineJoin = context.lineCap = 'round'
      context.lineWidth = 8
      context.strokeStyle = 'rgba(6, 16, 25, 0.85)'
      context.stroke()
      context.setLineDash(look === 'waiting' ? [9, 8] : [])
      context.lineWidth = 4
      context.strokeStyle = COLOURS[look]
      context.stroke()
      context.setLineDash([])
    }
    for (const way of this.ways) this.write(context, place, way)
  }

  /** A third along, where neither end covers it. */
  private write(context: CanvasRenderingContext2D, place: Drawing['place'], { line, look, label }: DrawnWay): void {
    const [from, to] = [line[Math.floor((line.length - 1) / 3)], line[Math.floor((line.length - 1) / 3) + 1]]
    if (!label || !from) return
    const [x, on] = place((from[0] + (to ?? from)[0]) / 2, (from[1] + (to ?? from)[1]) / 2)
    const y = on - ABOVE
    context.font = `600 13px ${MAP_FONT}`
    const width = context.measureText(label).width
    context.fillStyle = 'rgba(10, 16, 23, 0.88)'
    context.beginPath()
    context.roundRect(x - width / 2 - 6, y - 11, width + 12, 22, 5)
    context.fill()
    context.fillStyle = COLOURS[look]
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(label, x, y + 1)
    context.textAlign = 'start'
    context.textBaseline = 'alphabetic'
  }
}
