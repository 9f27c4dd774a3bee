/** Plays a tour: which arrangement is on view now, what comes next, and for how long. Draws nothing. */
import { capacity, type Arrangement } from '../wall/layout'

export interface TourStep {
  layout: string
  /** More cameras than cells are shown in turns; null is a place left empty on purpose. */
  cameras: readonly (string | null)[]
  /** How long each of its pages stays, seconds. */
  dwell_s: number
}

export interface Tour {
  id: string
  name: string
  area: string | null
  steps: readonly TourStep[]
  version: number
}

export interface TourView {
  arrangement: Arrangement
  /** Of the tour, 0 first. */
  step: number
  steps: number
  /** Of the step, 0 first. */
  page: number
  pages: number
  remaining_s: number
  paused: boolean
  /** Cameras that come next and should be decoding by now. */
  warm: string[]
}

export interface TourSurroundings {
  /** Whether the camera's picture could be shown at once. The turn waits for it, though not for ever. */
  ready: (camera: string) => boolean
  /** Calls back some times a second until the answer is called. */
  beat: (each: () => void) => () => void
}

/** How long before a turn its streams are opened. */
export const WARM_S = 5
/** How much longer than its time a page stays while the next one is not ready. */
export const PATIENCE_S = 4
/** The same after somebody asked for the next page. */
const ASKED_PATIENCE_S = 1
const BEAT_MS = 200

const ALONE: TourSurroundings = {
  ready: () => true,
  beat: (each) => {
    const timer = setInterval(each, BEAT_MS)
    return () => clearInterval(timer)
  },
}

interface Stop {
  step: number
  page: number
}

/**
 * The pages a step has now. A group of more cameras than cells leaves out those that are down, the next one taking the
 * place; one that fits keeps every picture where it was put, and the place of a camera that is down stays empty.
 */
export function pagesOfStep({ layout, cameras }: TourStep, isUp: (camera: string) => boolean): (string | null)[][] {
  const size = capacity(layout)
  if (cameras.length <= size) {
    const page = cameras.map((id) => (id !== null && isUp(id) ? id : null))
    return page.some((id) => id !== null) ? [page] : []
  }
  const up = cameras.filter((id) => id !== null && isUp(id))
  return Array.from({ length: Math.ceil(up.length / size) }, (_, page) => up.slice(page * size, (page + 1) * size))
}

/** `start` before anything else. Raises nothing; a tour whose cameras are all down stands still and looks again. */
export class TourPlayer {
  onChange: (view: TourView) => void = () => {}
  private at: Stop = { step: 0, page: 0 }
  private shown: (string | null)[] = []
  private endsAt = 0
  /** Asked for by hand and being made ready. */
  private asked: { stop: Stop; at: number } | null = null
  private pausedWith: number | null = null
  private endBeat: (() => void) | null = null
  private told = ''

  constructor(
    readonly tour: Tour,
    private readonly isUp: (camera: string) => boolean,
    private readonly now: () => number = Date.now,
    private readonly around: TourSurroundings = ALONE,
  ) {}

  start(step = 0): void {
    if (this.endBeat) return
    this.at = { step: Math.min(Math.max(0, step), Math.max(0, this.tour.steps.length - 1)), page: 0 }
    if (this.pagesAt(this.at.step).length === 0) this.at = this.after(this.at, 1) ?? this.at
    this.enter(this.at)
    this.endBeat = this.around.beat(() => this.beat())
  }

  stop(): void {
    this.endBeat?.()
    this.endBeat = null
  }

  get isPaused(): boolean {
    return this.pausedWith !== null
  }

  pause(): void {
    if (this.pausedWith !== null) return
    this.pausedWith = Math.max(0, this.endsAt - this.now())
    this.tell()
  }

  resume(): void {
    if (this.pausedWith === null) return
    this.endsAt = this.now() + this.pausedWith
    this.pausedWith = null
    this.tell()
  }

  next(): void {
    this.move(1)
  }

  previous(): void {
    this.move(-1)
  }

  private move(direction: 1 | -1): void {
    const stop = this.after(this.asked?.stop ?? this.at, direction) ?? this.at
    this.asked = { stop, at: this.now() }
    if (this.isReady(stop)) this.enter(stop)
    else this.tell()
  }

  private pagesAt(step: number): (string | null)[][] {
    const found = this.tour.steps[step]
    return found ? pagesOfStep(found, this.isUp) : []
  }

  /** The stop before or after one, passing over steps with nothing to show; null when no step has anything. */
  private after(from: Stop, direction: 1 | -1): Stop | null {
    const here = this.pagesAt(from.step).length
    const page = from.page + direction
    if (page >= 0 && page < here) return { step: from.step, page }
    const count = this.tour.steps.length
    for (let n = 1; n <= count; n++) {
      const step = (from.step + direction * n + count * n) % count
      const pages = this.pagesAt(step).length
      if (pages > 0) return { step, page: direction === 1 ? 0 : pages - 1 }
    }
    return null
  }

  private camerasAt(stop: Stop): (string | null)[] {
    const pages = this.pagesAt(stop.step)
    return pages[Math.min(stop.page, pages.length - 1)] ?? []
  }

  private enter(stop: Stop): void {
    this.at = stop
    this.asked = null
    this.shown = this.camerasAt(stop)
    const dwell = (this.tour.steps[stop.step]?.dwell_s ?? 10) * 1000
    if (this.pausedWith === null) this.endsAt = this.now() + dwell
    else this.pausedWith = dwell
    this.tell()
  }

  private beat(): void {
    const due = this.due()
    if (due) this.enter(due)
    else this.tell()
  }

  /** The stop whose turn it is: its time has come, and it is ready or has kept us waiting long enough. */
  private due(): Stop | null {
    const next = this.asked?.stop ?? (this.pausedWith === null && this.now() >= this.endsAt ? this.after(this.at, 1) : null)
    if (!next) return null
    const waited = (this.now() - (this.asked?.at ?? this.endsAt)) / 1000
    return this.isReady(next) || waited >= (this.asked ? ASKED_PATIENCE_S : PATIENCE_S) ? next : null
  }

  private isReady(stop: Stop): boolean {
    return this.missing(stop).every((camera) => this.around.ready(camera))
  }

  /** What the stop needs that is not on view. */
  private missing(stop: Stop): string[] {
    const there = new Set(this.shown)
    return this.camerasAt(stop).filter((id) => id !== null && !there.has(id)) as string[]
  }

  private view(): TourView {
    const { step, page } = this.at
    const remaining = Math.max(0, this.pausedWith ?? this.endsAt - this.now()) / 1000
    const next = this.asked?.stop ?? (this.pausedWith === null && remaining <= WARM_S ? this.after(this.at, 1) : null)
    return {
      arrangement: { layout: this.tour.steps[step]?.layout ?? '1', cameras: this.shown },
      step,
      steps: this.tour.steps.length,
      page,
      pages: Math.max(1, this.pagesAt(step).length),
      remaining_s: remaining,
      paused: this.pausedWith !== null,
      warm: next ? this.missing(next) : [],
    }
  }

  /** Told when something to be seen has changed: once a second while nothing else does. */
  private tell(): void {
    const view = this.view()
    const { arrangement, remaining_s, ...rest } = view
    const said = JSON.stringify([rest, arrangement, Math.ceil(remaining_s)])
    if (said === this.told) return
    this.told = said
    this.onChange(view)
  }
}
