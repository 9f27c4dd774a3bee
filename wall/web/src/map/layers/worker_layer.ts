import type L from 'leaflet'
import type { Worker } from '../../api/types'
import { CanvasLayer, type Drawing } from '../canvas_layer'
import { placeLabels } from '../label_placement'
import { Motion } from '../motion'
import { MAP_FONT, PALETTE } from '../palette'

const NAMES_FROM_ZOOM = 13.5
/** Smooth to the eye at walking pace; more would only cost. */
const FRAME_MS = 80
/** A phone not heard of for so long is shown faint. */
const OLD_SECONDS = 300

interface Mover {
  worker: Worker
  motion: Motion
}

/** Grid workers, gliding between their reports, on a canvas of their own so that nothing else is drawn again. */
export class WorkerLayer extends CanvasLayer {
  private readonly movers = new Map<string, Mover>()
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(map: L.Map, pane: string) {
    super(map, pane)
  }

  setWorkers(workers: Iterable<Worker>): void {
    const now = performance.now()
    const kept = new Set<string>()
    for (const worker of workers) {
      if (worker.lon === null || worker.lat === null) continue
      kept.add(worker.id)
      const mover = this.movers.get(worker.id)
      if (!mover) {
        this.movers.set(worker.id, { worker, motion: new Motion(worker.lon, worker.lat, now) })
      } else if (mover.worker !== worker) {
        mover.worker = worker
        mover.motion.report(worker.lon, worker.lat, now)
      }
    }
    for (const id of this.movers.keys()) if (!kept.has(id)) this.movers.delete(id)
    this.redrawSoon()
  }

  /** Where a worker is drawn now, lon lat. */
  position(id: string): [number, number] | null {
    return this.movers.get(id)?.motion.at(performance.now()) ?? null
  }

  *positions(): Generator<[string, number, number]> {
    const now = performance.now()
    for (const [id, { motion }] of this.movers) yield [id, ...motion.at(now)]
  }

  protected draw(drawing: Drawing): void {
    const now = performance.now()
    const nowSeconds = Date.now() / 1000
    const names: { x: number; y: number; width: number; height: number; priority: number; text: string; off: boolean }[] = []
    const { context, width, height, zoom } = drawing
    context.font = `600 13px ${MAP_FONT}`
    let moving = false
    for (const { worker, motion } of this.movers.values()) {
      moving ||= motion.isMoving(now)
      const [x, y] = drawing.place(...motion.at(now))
      if (x < -30 || y < -30 || x > width + 30 || y > height + 30) continue
      const old = worker.position_at !== null && nowSeconds - worker.position_at > OLD_SECONDS
      this.drawFigure(context, x, y, worker, old, zoom)
      if (zoom < NAMES_FROM_ZOOM) continue
      const textWidth = context.measureText(worker.name).width
      const busy = worker.case_id !== null
      names.push({
        x: x + 14 + textWidth / 2, y, width: textWidth, height: 17,
        priority: busy ? 2 : worker.duty ? 1 : 0, text: worker.name, off: !worker.duty || old,
      })
    }
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const label of placeLabels(names, [], 1)) {
      // On a plate of its own: it passes over other names and must not mingle with them.
      context.fillStyle = PALETTE.plate
      context.beginPath()
      context.roundRect(label.x - label.width / 2 - 4, label.y - 9, label.width + 8, 18, 4)
      context.fill()
      context.fillStyle = label.off ? PALETTE.gridLabel : PALETTE.workerLabel
      context.fillText(label.text, label.x, label.y + 0.5)
    }
    if (moving) this.drawAgainLater()
  }

  private drawFigure(context: CanvasRenderingContext2D, x: number, y: number, worker: Worker, old: boolean, zoom: number): void {
    const r = zoom < 13.5 ? 4 : 7
    context.globalAlpha = old ? 0.5 : 1
    context.fillStyle = !worker.duty ? PALETTE.workerOff : worker.case_id ? PALETTE.workerBusy : PALETTE.worker
    context.strokeStyle = '#061019'
    context.lineWidth = 1.5
    context.beginPath()
    context.roundRect(x - r, y - r, 2 * r, 2 * r, r * 0.45)
    context.fill()
    context.stroke()
    if (r > 5) {
      context.fillStyle = '#061019'
      context.beginPath()
      context.arc(x, y - 2.2, 2.1, 0, 2 * Math.PI)
      context.fill()
      context.beginPath()
      context.arc(x, y + 4.6, 3.9, Math.PI, 2 * Math.PI)
      context.fill()
    }
    context.globalAlpha = 1
  }

  private drawAgainLater(): void {
    if (this.timer !== null) return
    this.timer = setTimeout(() => {
      this.timer = null
      this.redrawSoon()
    }, FRAME_MS)
  }

  override remove(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    super.remove()
  }
}
