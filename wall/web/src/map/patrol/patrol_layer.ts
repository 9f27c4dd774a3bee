import { haloText, type Drawing, type Painter } from '../drawing'
import { MAP_FONT, PALETTE } from '../palette'
import type { Place } from './patrol_way'

export interface HourMark {
  lon: number
  lat: number
  text: string
}

/** One worker's way of a day: a thick line with a casing, a ring where it began, the full hours along it. */
export class PatrolLayer implements Painter {
  visible = true
  ways: readonly (readonly Place[])[] = []
  hours: readonly HourMark[] = []

  paint({ context, place }: Drawing): void {
    if (!this.ways.length) return
    context.lineJoin = context.lineCap = 'round'
    for (const [width, colour] of [[7, 'rgba(6, 16, 25, 0.85)'], [3.5, PALETTE.worker]] as const) {
      context.beginPath()
      for (const way of this.ways) {
        way.forEach(([lon, lat], index) => {
          const [x, y] = place(lon, lat)
          if (index) context.lineTo(x, y)
          else context.moveTo(x, y)
        })
      }
      context.lineWidth = width
      context.strokeStyle = colour
      context.stroke()
    }
    this.ring(context, place)
    context.font = `600 13px ${MAP_FONT}`
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    for (const { lon, lat, text } of this.hours) {
      const [x, y] = place(lon, lat)
      context.beginPath()
      context.arc(x, y, 4, 0, 2 * Math.PI)
      context.fillStyle = PALETTE.workerLabel
      context.fill()
      haloText(context, text, x + 8, y, PALETTE.workerLabel, PALETTE.halo)
    }
  }

  private ring(context: CanvasRenderingContext2D, place: Drawing['place']): void {
    const first = this.ways[0]?.[0]
    if (!first) return
    const [x, y] = place(first[0], first[1])
    context.beginPath()
    context.arc(x, y, 7, 0, 2 * Math.PI)
    context.fillStyle = '#061019'
    context.fill()
    context.lineWidth = 3
    context.strokeStyle = PALETTE.worker
    context.stroke()
  }
}
