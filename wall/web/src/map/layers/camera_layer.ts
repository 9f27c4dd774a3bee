import type { Camera } from '../../api/types'
import { standingOf } from '../../stores/camera_store'
import { PALETTE } from '../palette'
import type { Drawing, Painter } from '../drawing'

/** From this zoom on every camera shows where it looks; farther out only the one pointed at. */
const VIEWS_FROM_ZOOM = 16

/** Cameras as dots in the colour of their state, with the ground they see. */
export class CameraLayer implements Painter {
  visible = true
  cameras: readonly Camera[] = []
  /** Pointed at, or on the wall's big tile. */
  highlighted: ReadonlySet<string> = new Set()

  paint(drawing: Drawing): void {
    const { context, zoom, width, height } = drawing
    const radius = Math.max(2.5, Math.min(7, 1.3 * (zoom - 11.5)))
    for (const camera of this.cameras) {
      const special = this.highlighted.has(camera.id)
      if (special || zoom >= VIEWS_FROM_ZOOM) this.drawView(drawing, camera, special)
    }
    for (const camera of this.cameras) {
      if (camera.lon === null || camera.lat === null) continue
      const [x, y] = drawing.place(camera.lon, camera.lat)
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
      const special = this.highlighted.has(camera.id)
      if (radius > 4 && camera.heading_deg !== null) this.drawNose(context, x, y, radius, camera)
      context.beginPath()
      context.arc(x, y, special ? radius + 2 : radius, 0, 2 * Math.PI)
      context.fillStyle = PALETTE.camera[standingOf(camera.state)]
      context.fill()
      context.lineWidth = special ? 2.5 : 1.5
      context.strokeStyle = special ? PALETTE.selected : PALETTE.halo
      context.stroke()
    }
  }

  private drawView({ context, place, width, height }: Drawing, camera: Camera, special: boolean): void {
    const ring = camera.view?.coordinates[0]
    if (!ring) return
    let inView = special
    context.beginPath()
    ring.forEach(([lon = 0, lat = 0], index) => {
      const [x, y] = place(lon, lat)
      inView ||= x > 0 && y > 0 && x < width && y < height
      if (index === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    })
    if (!inView) return
    context.closePath()
    context.fillStyle = `rgba(${PALETTE.view}, ${special ? 0.24 : 0.06})`
    context.fill()
    context.lineWidth = special ? 1.5 : 0.8
    context.strokeStyle = `rgba(${PALETTE.view}, ${special ? 0.9 : 0.2})`
    context.stroke()
  }

  /** A small beak in the direction the camera looks. */
  private drawNose(context: CanvasRenderingContext2D, x: number, y: number, radius: number, camera: Camera): void {
    const angle = (((camera.heading_deg ?? 0) - 90) * Math.PI) / 180
    context.beginPath()
    context.moveTo(x + Math.cos(angle) * radius * 2.1, y + Math.sin(angle) * radius * 2.1)
    context.lineTo(x + Math.cos(angle + 0.9) * radius, y + Math.sin(angle + 0.9) * radius)
    context.lineTo(x + Math.cos(angle - 0.9) * radius, y + Math.sin(angle - 0.9) * radius)
    context.closePath()
    context.fillStyle = PALETTE.camera[standingOf(camera.state)]
    context.fill()
  }
}
