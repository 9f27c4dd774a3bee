import { sprite, type Drawing, type Painter } from '../map/drawing'
import { metresPerPixel } from '../map/mercator'
import { PALETTE } from '../map/palette'
import type { Speaker } from './talk_types'

const SIZE = 30
/** From this zoom on a loudspeaker shows how far it is understood; farther out only those chosen or speaking. */
const RANGE_FROM_ZOOM = 17
type Look = 'idle' | 'speaking' | 'away' | 'off'
const COLOURS: Record<Look, string> = { idle: '#d6bcfa', speaking: '#f5b83d', away: PALETTE.camera.down, off: PALETTE.camera.off }

export function lookOf(speaker: Speaker): Look {
  if (speaker.state === 'off') return 'off'
  if (speaker.state !== 'idle') return 'speaking'
  return speaker.reached === false ? 'away' : 'idle'
}

/** Loudspeakers as small horns; those out of reach are struck through, so that colour is not all that tells. */
export class SpeakerLayer implements Painter {
  visible = true
  speakers: readonly Speaker[] = []
  chosen: ReadonlySet<string> = new Set()
  private readonly stamps = new Map<string, HTMLCanvasElement>()

  paint(drawing: Drawing): void {
    const { context, zoom, width, height } = drawing
    const size = Math.max(14, Math.min(SIZE, 4.2 * (zoom - 10.5)))
    for (const speaker of this.speakers) {
      const [x, y] = drawing.place(speaker.lon, speaker.lat)
      const look = lookOf(speaker)
      const chosen = this.chosen.has(speaker.id)
      if (chosen || look === 'speaking' || zoom >= RANGE_FROM_ZOOM) this.range(drawing, speaker, x, y, chosen || look === 'speaking')
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
      context.drawImage(this.stamp(look, chosen), x - size / 2, y - size / 2, size, size)
    }
  }

  private range({ context, zoom }: Drawing, speaker: Speaker, x: number, y: number, strong: boolean): void {
    const radius = speaker.range_m / metresPerPixel(speaker.lat, zoom)
    if (radius < 6 || radius > 4000) return
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fillStyle = `rgba(214, 188, 250, ${strong ? 0.14 : 0.04})`
    context.fill()
    context.setLineDash(strong ? [] : [3, 5])
    context.lineWidth = strong ? 1.6 : 1
    context.strokeStyle = `rgba(214, 188, 250, ${strong ? 0.85 : 0.35})`
    context.stroke()
    context.setLineDash([])
  }

  private stamp(look: Look, chosen: boolean): HTMLCanvasElement {
    const key = `${look} ${chosen}`
    let found = this.stamps.get(key)
    if (!found) this.stamps.set(key, (found = sprite(SIZE, (context) => horn(context, look, chosen))))
    return found
  }
}

function horn(context: CanvasRenderingContext2D, look: Look, chosen: boolean): void {
  context.beginPath()
  context.arc(0, 0, 12.5, 0, 2 * Math.PI)
  context.fillStyle = chosen ? '#3b2a5c' : PALETTE.halo
  context.fill()
  context.lineWidth = chosen ? 2.6 : 1.4
  context.strokeStyle = chosen ? PALETTE.selected : COLOURS[look]
  context.stroke()
  context.fillStyle = context.strokeStyle = COLOURS[look]
  context.beginPath()
  context.moveTo(-7, -2.5)
  context.lineTo(-4, -2.5)
  context.lineTo(0.5, -6.5)
  context.lineTo(0.5, 6.5)
  context.lineTo(-4, 2.5)
  context.lineTo(-7, 2.5)
  context.closePath()
  context.fill()
  context.lineWidth = 1.7
  context.lineCap = 'round'
  context.beginPath()
  if (look === 'away' || look === 'off') {
    context.moveTo(3.5, -3)
    context.lineTo(8, 3)
    context.moveTo(8, -3)
    context.lineTo(3.5, 3)
  } else {
    context.arc(0.5, 0, 4, -0.8, 0.8)
    context.moveTo(0.5 + 7.2 * Math.cos(0.8), -7.2 * Math.sin(0.8))
    context.arc(0.5, 0, 7.2, -0.8, 0.8)
  }
  context.stroke()
}
