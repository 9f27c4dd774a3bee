import { PALETTE } from '../palette'
import type { Drawing, Painter } from '../drawing'

/** The place the operator clicked. */
export class MarkLayer implements Painter {
  visible = true
  mark: { lon: number; lat: number } | null = null

  paint({ context, place }: Drawing): void {
    if (!this.mark) return
    const [x, y] = place(this.mark.lon, this.mark.lat)
    context.lineWidth = 2.5
    context.strokeStyle = PALETTE.selected
    context.beginPath()
    context.arc(x, y, 13, 0, 2 * Math.PI)
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      context.moveTo(x + dx * 8, y + dy * 8)
      context.lineTo(x + dx * 20, y + dy * 20)
    }
    context.stroke()
    context.fillStyle = PALETTE.selected
    context.beginPath()
    context.arc(x, y, 2.5, 0, 2 * Math.PI)
    context.fill()
  }
}
