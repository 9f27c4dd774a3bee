import type { Polygon } from 'geojson'
import type { Drawing, Painter } from '../drawing'
import { PALETTE } from '../palette'

export interface DomeView {
  camera: string
  lon: number | null
  lat: number | null
  view: Polygon | null
  moving: boolean
  /** In hand on this page. */
  held: boolean
}

/** What the domes see at this moment: apart from fixed views in colour and edge, brighter while they turn. */
export class DomeLayer implements Painter {
  visible = true
  domes: readonly DomeView[] = []

  paint(drawing: Drawing): void {
    for (const dome of this.domes) this.paintView(drawing, dome)
  }

  private paintView({ context, place }: Drawing, { lon, lat, view, moving, held }: DomeView): void {
    const ring = view?.coordinates[0]
    if (!ring || ring.length < 3) return
    context.beginPath()
    let [x, y] = [0, 0]
    ring.slice(0, -1).forEach(([ringLon = 0, ringLat = 0], index) => {
      const [px, py] = place(ringLon, ringLat)
      x += px
      y += py
      if (index === 0) context.moveTo(px, py)
      else context.lineTo(px, py)
    })
    context.closePath()
    context.fillStyle = `rgba(${PALETTE.dome}, ${moving ? 0.3 : held ? 0.2 : 0.11})`
    context.fill()
    context.lineWidth = held || moving ? 2.2 : 1.4
    context.strokeStyle = `rgba(${PALETTE.dome}, ${held || moving ? 1 : 0.75})`
    context.setLineDash(moving ? [] : [7, 4])
    context.stroke()
    if (lon !== null && lat !== null) {
      const [cx, cy] = place(lon, lat)
      context.setLineDash([2, 5])
      context.lineWidth = 1.2
      context.beginPath()
      context.moveTo(cx, cy)
      context.lineTo(x / (ring.length - 1), y / (ring.length - 1))
      context.stroke()
    }
    context.setLineDash([])
  }
}
