import type { Worker } from '../../api/types'
import { numberOf, type Positions } from '../../live/positions'
import { placeLabels, type LabelBox } from '../label_placement'
import { Gliders } from '../gliders'
import { MAP_FONT, PALETTE } from '../palette'
import { sprite, type Drawing, type Painter } from '../drawing'
import { TextWidths } from '../text_width'

const FONT = `600 13px ${MAP_FONT}`
const FIGURES_FROM_ZOOM = 13
/** Names are written while so many are in view; more would cover the map. */
const NAMES_MOST = 120
/** So many figures are dots: seen from so far, their shape tells nothing, and a dot costs a tenth. */
const FIGURES_MOST = 1500
/** A phone not heard of for so long is shown faint. */
const OLD_SECONDS = 300

type Look = 'duty' | 'busy' | 'off'

interface Name extends LabelBox {
  text: string
  faint: boolean
}

function lookOf(worker: Worker): Look {
  return !worker.duty ? 'off' : worker.case_id === null ? 'duty' : 'busy'
}

const COLOURS: Record<Look, string> = { duty: PALETTE.worker, busy: PALETTE.workerBusy, off: PALETTE.workerOff }
/** Painted last are those who matter most. */
const LOOKS: readonly Look[] = ['off', 'duty', 'busy']

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
  /** Whom the filter lets be seen; null: everybody. */
  wanted: ((worker: Worker) => boolean) | null = null
  private readonly gliders = new Gliders<Worker>()
  private readonly sprites = new Map<string, HTMLCanvasElement>()
  private readonly widths = new TextWidths()
  private paintedAt = 0
  private paceMs = 0

  /** Who there is and how each stands; where those are who were there before is told by `move`. */
  setWorkers(workers: Iterable<Worker>): void {
    const now = performance.now()
    const kept = new Set<number>()
    for (const worker of workers) {
      if (worker.lon === null || worker.lat === null) continue
      const number = numberOf(worker.id)
      kept.add(number)
      this.gliders.put(number, worker, worker.lon, worker.lat, now)
    }
    this.gliders.keep(kept)
  }

  move({ who, lon, lat }: Positions): void {
    const now = performance.now()
    for (let i = 0; i < who.length; i++) this.gliders.move(who[i] ?? -1, lon[i] ?? 0, lat[i] ?? 0, now)
  }

  /** Somebody has come so far since the last drawing that one sees it. */
  get isMoving(): boolean {
    const now = performance.now()
    return now - this.paintedAt >= this.paceMs && this.gliders.isMoving(now)
  }

  /** Where a worker is drawn now, lon lat. */
  position(id: string): [number, number] | null {
    return this.gliders.position(numberOf(id), performance.now())
  }

  /** Calls with everybody's id and place as drawn now. */
  eachPosition(visit: (id: string, lon: number, lat: number) => void): void {
    this.gliders.each(performance.now(), (worker, lon, lat) => {
      if (this.wanted?.(worker) ?? true) visit(worker.id, lon, lat)
    })
  }

  /** New characters of the font are there. */
  fontChanged(): void {
    this.widths.clear()
  }

  paint(drawing: Drawing): void {
    const now = performance.now()
    this.paintedAt = now
    this.paceMs = paceOf(drawing)
    const { width, height, zoom, scale, left, top } = drawing
    const seen: Record<Look, Seen> = { off: emptySeen(), duty: emptySeen(), busy: emptySeen() }
    let count = 0
    this.gliders.eachWorld(now, (worker, worldX, worldY) => {
      const x = worldX * scale - left
      const y = worldY * scale - top
      if (x < -30 || y < -30 || x > width + 30 || y > height + 30) return
      if (this.wanted && !this.wanted(worker)) return
      const look = seen[lookOf(worker)]
      look.x.push(x)
      look.y.push(y)
      look.workers.push(worker)
      count++
    })
    if (zoom < FIGURES_FROM_ZOOM || count > FIGURES_MOST) this.paintDots(drawing, seen)
    else this.paintFigures(drawing, seen, count <= NAMES_MOST)
  }

  private paintDots({ context }: Drawing, seen: Record<Look, Seen>): void {
    const old = oldest()
    for (const look of LOOKS) {
      const { x, y, workers } = seen[look]
      context.fillStyle = '#061019'
      for (let i = 0; i < workers.length; i++) context.fillRect((x[i] ?? 0) | 0, (y[i] ?? 0) | 0, 7, 7)
      for (const faint of [true, false]) {
        context.fillStyle = faint ? PALETTE.workerOff : COLOURS[look]
        for (let i = 0; i < workers.length; i++) {
          if (isOld(workers[i], old) === faint) context.fillRect(((x[i] ?? 0) | 0) + 1, ((y[i] ?? 0) | 0) + 1, 5, 5)
        }
      }
    }
  }

  private paintFigures({ context }: Drawing, seen: Record<Look, Seen>, named: boolean): void {
    const old = oldest()
    const r = 7
    const names: Name[] = []
    for (const look of LOOKS) {
      const stamp = this.stamp(look, r)
      const { x: xs, y: ys, workers } = seen[look]
      workers.forEach((worker, i) => {
        const [x, y] = [xs[i] ?? 0, ys[i] ?? 0]
        const faint = isOld(worker, old)
        context.globalAlpha = faint ? 0.5 : 1
        context.drawImage(stamp, x - r - 2, y - r - 2, 2 * r + 4, 2 * r + 4)
        const priority = look === 'busy' ? 2 : look === 'off' || faint ? 0 : 1
        if (named) names.push({ x, y, width: 0, height: 17, priority, text: worker.name, faint: faint || look === 'off' })
      })
    }
    context.globalAlpha = 1
    this.write(context, names)
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

interface Seen {
  x: number[]
  y: number[]
  workers: Worker[]
}

function emptySeen(): Seen {
  return { x: [], y: [], workers: [] }
}

function oldest(): number {
  return Date.now() / 1000 - OLD_SECONDS
}

function isOld(worker: Worker | undefined, oldestAt: number): boolean {
  return worker?.position_at != null && worker.position_at < oldestAt
}

/** The world is 40 000 km wide; the quick ones ride at 6 m/s. */
const WORLD_M = 40_075_017
const FAST_M_MS = 0.006
const STEP_PIXELS = 0.8
const LONGEST_PACE_MS = 1_000

/** How long it takes somebody quick to get on by what one can see. */
function paceOf({ scale }: Drawing): number {
  return Math.min(LONGEST_PACE_MS, STEP_PIXELS / ((FAST_M_MS * scale) / WORLD_M))
}
