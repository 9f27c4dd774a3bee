import { levelColour, MAP_FONT, PALETTE } from '../palette'
import { haloText, type Drawing, type Painter } from '../drawing'
import { placeAt } from './replay_clock'
import type { PastCase, Track } from './replay_store'

const TAIL_SECONDS = 900
const NAMES_MOST = 60
/** For so long a case that has just opened or closed is shown as news. */
const NEWS_SECONDS = 600

/** Cases and people as they were at a past moment: hollow, so that nobody takes them for live. */
export class ReplayLayer implements Painter {
  visible = true
  at: number | null = null
  cases: readonly PastCase[] = []
  tracks: readonly Track[] = []

  paint(drawing: Drawing): void {
    if (this.at === null) return
    this.paintPeople(drawing, this.at)
    this.paintCases(drawing, this.at)
  }

  private paintPeople({ context, place, width, height }: Drawing, at: number): void {
    const shown: { x: number; y: number; track: Track }[] = []
    for (const track of this.tracks) {
      const where = placeAt(track, at)
      if (!where) continue
      const [x, y] = place(...where)
      if (x > -20 && y > -20 && x < width + 20 && y < height + 20) shown.push({ x, y, track })
    }
    const named = shown.length <= NAMES_MOST
    context.font = `600 13px ${MAP_FONT}`
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    for (const { x, y, track } of shown) {
      if (named) this.paintTail(context, place, track, at, x, y)
      context.fillStyle = '#061019'
      context.fillRect(x - 4, y - 4, 8, 8)
      context.strokeStyle = PALETTE.worker
      context.lineWidth = 2
      context.strokeRect(x - 4, y - 4, 8, 8)
      if (named) haloText(context, track.name, x + 9, y, PALETTE.workerLabel, PALETTE.halo)
    }
  }

  private paintTail(context: CanvasRenderingContext2D, place: Drawing['place'], track: Track, at: number, x: number, y: number): void {
    context.beginPath()
    let begun = false
    for (const [when, lon, lat] of track.fixes) {
      if (when < at - TAIL_SECONDS || when > at) continue
      const [px, py] = place(lon, lat)
      if (begun) context.lineTo(px, py)
      else context.moveTo(px, py)
      begun = true
    }
    if (!begun) return
    context.lineTo(x, y)
    context.lineWidth = 2
    context.strokeStyle = 'rgba(83, 177, 253, 0.55)'
    context.stroke()
  }

  private paintCases({ context, place, width, height }: Drawing, at: number): void {
    for (const { lon, lat, level, opened_at, closed_at } of this.cases) {
      const closed = closed_at !== null && closed_at <= at
      if (opened_at > at || (closed && at - (closed_at ?? 0) > NEWS_SECONDS)) continue
      const [x, y] = place(lon, lat)
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
      const fresh = at - opened_at < NEWS_SECONDS
      const r = fresh && !closed ? 13 : 10
      context.globalAlpha = closed ? 0.45 : 1
      context.beginPath()
      context.moveTo(x, y - r)
      context.lineTo(x + r, y)
      context.lineTo(x, y + r)
      context.lineTo(x - r, y)
      context.closePath()
      context.fillStyle = 'rgba(10, 15, 21, 0.75)'
      context.fill()
      context.setLineDash(closed ? [3, 3] : [])
      context.lineWidth = fresh ? 4 : 2.5
      context.strokeStyle = levelColour(level)
      context.stroke()
      context.setLineDash([])
    }
    context.globalAlpha = 1
  }
}
