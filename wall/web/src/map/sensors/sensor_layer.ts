import type { Drawing, Painter } from '../drawing'
import { PALETTE } from '../palette'

export interface Sensor {
  id: string
  via: string
  name: string
  name_en: string
  kind: string
  lon: number
  lat: number
  state: 'alarm' | 'silent' | 'ok'
  heard_at: number | null
}

/** A sensor's own on the map: ids of different speakers may be the same. */
export function sensorKey({ id, via }: Sensor): string {
  return `${via}/${id}`
}

const COLOUR: Record<Sensor['state'], string> = { alarm: '#ff5d5d', silent: '#f5b83d', ok: '#3ecf8e' }
const FROM_ZOOM = 12.5

/** Sensors as triangles; whoever is in alarm is seen from any height. */
export class SensorLayer implements Painter {
  visible = true
  sensors: readonly Sensor[] = []

  paint({ context, place, width, height, zoom }: Drawing): void {
    for (const { lon, lat, state } of this.sensors) {
      const alarm = state === 'alarm'
      if (!alarm && zoom < FROM_ZOOM) continue
      const [x, y] = place(lon, lat)
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
      const r = alarm ? 11 : 7
      context.beginPath()
      context.moveTo(x, y - r)
      context.lineTo(x + r, y + r * 0.75)
      context.lineTo(x - r, y + r * 0.75)
      context.closePath()
      context.fillStyle = COLOUR[state]
      context.fill()
      context.lineWidth = alarm ? 2.5 : 1.5
      context.strokeStyle = alarm ? PALETTE.selected : PALETTE.halo
      context.stroke()
    }
  }
}
