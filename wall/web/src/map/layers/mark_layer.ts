import { PALETTE } from '../palette'
import type { Drawing, Painter } from '../drawing'

const EQUATOR_M = 40_075_017

/** The place the operator clicked, or a place that was found, with how far off it may be. */
export class MarkLayer implements Painter {
  visible = true
  mark: { lon: number; lat: number; error_m?: number | null } | null = null

  paint({ context, place, scale }: Drawing): void {
    if (!this.mark) return
    const [x, y] = place(this.mark.lon, this.mark.lat)
    if (this.mark.error_m) this.paintError(context, x, y, this.mark.error_m * pixelsPerMetre(scale, this.mark.lat))
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
  private paintError(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
    if (radius < 3) return
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fillStyle = 'rgba(255, 255, 255, 0.14)'
    context.fill()
    context.lineWidth = 1.2
    context.strokeStyle = PALETTE.selected
    context.stroke()
  }
}

/** `scale`: pixels round the whole world. */
function pixelsPerMetre(scale: number, lat: number): number {
  return scale / (EQUATOR_M * Math.cos((lat * Math.PI) / 180))
}
