import type { Worker } from '../../api/types'
import { placeLabels, type LabelBox } from '../label_placement'
import { Motion } from '../motion'
import { MAP_FONT, PALETTE } from '../palette'
import { sprite, type Drawing, type Painter } from '../drawing'
import { TextWidths } from '../text_width'

const FONT = `600 13px ${MAP_FONT}`
const FIGURES_FROM_ZOOM = 13
/** Names are written while so many are in view; more would cover the map. */
const NAMES_MOST = 120
/** A phone not heard of for so long is shown faint. */
const OLD_SECONDS = 300

type Look = 'duty' | 'busy' | 'off'

interface Mover {
  worker: Worker
  motion: Motion
}

interface Name extends LabelBox {
  text: string
  faint: boolean
}

function lookOf(worker: Worker): Look {
  return !worker.duty ? 'off' : worker.case_id === null ? 'duty' : 'busy'
}

const COLOURS: Record<Look, string> = { duty: PALETTE.worker, busy: PALETTE.workerBusy, off: PALETTE.workerOff }

function figure(colour: string, r: number): HTMLCanvasElement {
  return sprite(2 * r + 4, (context) => {
    context.fillStyle = colour
    context.strokeStyle = '#061019'
    context.lineWidth = 1.5
    context.beginPath()
    context.roundRect(-r, -r, 2 * r, 2 * r, r * 0.45)
    context.fill()
    context.stroke()
    if (r <= 5) return
    context.fillStyle = '#061019'
    context.beginPath()
    context.arc(0, -2.2, 2.1, 0, 2 * Math.PI)
    context.fill()
    context.beginPath()
    context.arc(0, 4.6, 3.9, Math.PI, 2 * Math.PI)
    context.fill()
  })
}

/** Grid workers, gliding between their reports. */
export class WorkerLayer implements Painter {
  visible = true
  private readonly movers = new Map<string, Mover>()
  private readonly sprites = new Map<string, HTMLCanvasElement>()
  private readonly widths = new TextWidths()

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
  }

  /** Somebody is between two places: draw again soon. */
  get isMoving(): boolean {
    const now = performance.now()
    for (const { motion } of this.movers.values()) if (motion.isMoving(now)) return true
    return false
  }

  /** Where a worker is drawn now, lon lat. */
  position(id: string): [number, number] | null {
    return this.movers.get(id)?.motion.at(performance.now()) ?? null
  }

  /** Calls with everybody's id and place as drawn now. */
  eachPosition(visit: (id: string, lon: number, lat: number) => void): void {
    const now = performance.now()
    for (const [id, { motion }] of this.movers) visit(id, ...motion.at(now))
  }

  /** New characters of the font are there. */
  fontChanged(): void {
    this.widths.clear()
  }

  paint(drawing: Drawing): void {
    const now = performance.now()
    const nowSeconds = Date.now() / 1000
    const { context, width, height, zoom } = drawing
    const names: Name[] = []
    const r = zoom < FIGURES_FROM_ZOOM ? 4 : 7
    for (const { worker, motion } of this.movers.values()) {
      const [x, y] = drawing.place(...motion.at(now))
      if (x < -30 || y < -30 || x > width + 30 || y > height + 30) continue
      const old = worker.position_at !== null && nowSeconds - worker.position_at > OLD_SECONDS
      const stamp = this.stamp(lookOf(worker), r)
      context.globalAlpha = old ? 0.5 : 1
      context.drawImage(stamp, x - r - 2, y - r - 2, 2 * r + 4, 2 * r + 4)
      const faint = old || !worker.duty
      names.push({ x, y, width: 0, height: 17, priority: worker.case_id !== null ? 2 : faint ? 0 : 1, text: worker.name, faint })
    }
    context.globalAlpha = 1
    if (r > 5 && names.length <= NAMES_MOST) this.write(context, names)
  }

  private write(context: CanvasRenderingContext2D, names: Name[]): void {
    for (const name of names) {
      name.width = this.widths.of(context, FONT, name.text)
      name.x += 14 + name.width / 2
    }
    context.font = FONT
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const name of placeLabels(names, [], 1)) {
      // On a plate of its own: it passes over other names and must not mingle with them.
      context.fillStyle = PALETTE.plate
      context.beginPath()
      context.roundRect(name.x - name.width / 2 - 4, name.y - 9, name.width + 8, 18, 4)
      context.fill()
      context.fillStyle = name.faint ? PALETTE.gridLabel : PALETTE.workerLabel
      context.fillText(name.text, name.x, name.y + 0.5)
    }
  }

  private stamp(look: Look, r: number): HTMLCanvasElement {
    const key = `${look} ${r}`
    let made = this.sprites.get(key)
    if (!made) this.sprites.set(key, (made = figure(COLOURS[look], r)))
    return made
  }
}
