import type { Motion } from './ptz_types'
import { combined, isStill, STILL } from './steering'

/** The server's lease is 0.7 s: three of these may be lost. */
export const BEAT_MS = 200
/** A sharp turn of the stick does not wait for the beat, but more often than this nothing is sent. */
const SHORTEST_MS = 60
const SHARP = 0.2

/**
 * The hand on one dome. Several sources (stick, keys, wheel, gamepad) add up; while they move it, it is said every
 * `BEAT_MS`, and once that it is over. Nobody's hand on it: nothing is sent.
 */
export class SteeringHand {
  private readonly sources = new Map<string, Motion>()
  private readonly pulses = new Map<string, ReturnType<typeof setTimeout>>()
  private timer: ReturnType<typeof setInterval> | null = null
  private last: Motion = STILL
  private lastAt = 0

  /** `send` is told speeds. */
  constructor(private readonly send: (motion: Motion) => void) {}

  get isMoving(): boolean {
    return this.timer !== null
  }

  /** What one source wants from now on. */
  set(source: string, motion: Motion): void {
    if (isStill(motion)) this.sources.delete(source)
    else this.sources.set(source, motion)
    this.changed()
  }

  /** Moves for so long, unless told again: for a wheel, which never says that it has stopped. */
  pulse(source: string, motion: Motion, ms: number): void {
    clearTimeout(this.pulses.get(source))
    this.pulses.set(
      source,
      setTimeout(() => this.set(source, STILL), ms),
    )
    this.set(source, motion)
  }

  /** The hand is off, whatever the sources say. */
  release(): void {
    for (const timer of this.pulses.values()) clearTimeout(timer)
    this.pulses.clear()
    this.sources.clear()
    this.changed()
  }

  private changed(): void {
    const wanted = this.wanted()
    if (isStill(wanted)) {
      if (this.timer === null) return
      clearInterval(this.timer)
      this.timer = null
      this.say(STILL)
    } else if (this.timer === null) {
      this.begin(wanted)
    } else if (this.isSharp(wanted) && performance.now() - this.lastAt >= SHORTEST_MS) {
      clearInterval(this.timer)
      this.begin(wanted)
    }
  }

  private begin(motion: Motion): void {
    this.timer = setInterval(() => this.say(this.wanted()), BEAT_MS)
    this.say(motion)
  }

  private wanted(): Motion {
    return combined(this.sources.values())
  }

  private isSharp({ pan, tilt, zoom }: Motion): boolean {
    const turned = (now: number, before: number): boolean => Math.abs(now - before) > SHARP || (now === 0) !== (before === 0)
    return turned(pan, this.last.pan) || turned(tilt, this.last.tilt) || turned(zoom, this.last.zoom)
  }

  private say(motion: Motion): void {
    this.last = motion
    this.lastAt = performance.now()
    this.send(motion)
  }
}
