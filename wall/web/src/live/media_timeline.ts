import { TIMESCALE } from './fmp4'

/** A camera's times are believed within this; beyond it the stream was interrupted, and goes on without a hole. */
const LONGEST_STEP_US = 1_000_000
const FIRST_INTERVAL_US = 66_667
/** Pictures sent to catch up are passed by in no time. */
const CATCH_UP_TICKS = 90
/** So many pictures a stream with B-frames may send ahead of their turn. */
const REORDERED = 2

export interface Timed {
  decodeAt: number
  duration: number
  delay: number
}

export interface Arrival {
  keyFrame: boolean
  catchUp: boolean
  discontinuity: boolean
  ptsUs: number
}

/**
 * Puts the pictures of one tile on a line of time without holes, whatever the camera's clock does and however often
 * the stream changes: a hole would stop the player. A picture's length is a guess until the next has come, so each guess
 * makes good the error of those before it.
 */
export class MediaTimeline {
  private end = 0
  private lastPtsUs: number | null = null
  /** Where a stream's presentation times lie on this line. */
  private origin: { ptsUs: number; at: number } | null = null
  private intervalUs = FIRST_INTERVAL_US
  private group = { ptsUs: 0, count: 0 }
  private reorders = false
  private seenReordering = false

  /** Another stream follows: its times have nothing to do with those before. */
  restart(): void {
    this.lastPtsUs = null
    this.origin = null
    this.reorders = this.seenReordering = false
    this.intervalUs = FIRST_INTERVAL_US
  }

  place(unit: Arrival): Timed {
    const decodeAt = this.end
    if (unit.catchUp) {
      this.end += CATCH_UP_TICKS
      this.origin = null
      this.lastPtsUs = unit.ptsUs
      this.countGroup(unit)
      return { decodeAt, duration: CATCH_UP_TICKS, delay: 0 }
    }
    this.measure(unit)
    const interval = ticks(this.intervalUs)
    if (!this.origin) this.origin = { ptsUs: unit.ptsUs, at: decodeAt }
    const due = this.origin.at + ticks(unit.ptsUs - this.origin.ptsUs)
    const duration = this.reorders ? interval : clamp(interval + (due - decodeAt) / 4, interval / 2, interval * 2)
    const delay = this.reorders ? clamp(due - decodeAt + REORDERED * interval, 0, TIMESCALE) : 0
    this.end += Math.round(duration)
    return { decodeAt, duration: Math.round(duration), delay: Math.round(delay) }
  }

  private measure(unit: Arrival): void {
    const step = this.lastPtsUs === null ? 0 : unit.ptsUs - this.lastPtsUs
    const jumped = unit.discontinuity || Math.abs(step) > LONGEST_STEP_US
    if (!jumped && step < 0) this.seenReordering = true
    if (jumped) this.origin = null
    if (unit.keyFrame && this.seenReordering !== this.reorders) {
      this.reorders = this.seenReordering
      this.origin = null
    }
    if (this.lastPtsUs !== null && !jumped && step > 0 && !this.reorders) this.intervalUs += (step - this.intervalUs) / 8
    this.countGroup(unit)
    this.lastPtsUs = unit.ptsUs
  }

  /** From key frame to key frame is the surest measure, and the only one where pictures come out of turn. */
  private countGroup(unit: Arrival): void {
    if (unit.keyFrame) {
      const mean = this.group.count > 0 ? (unit.ptsUs - this.group.ptsUs) / this.group.count : 0
      if (mean > 5_000 && mean < LONGEST_STEP_US) this.intervalUs = mean
      this.group = { ptsUs: unit.ptsUs, count: 0 }
    }
    this.group.count++
  }
}

function ticks(us: number): number {
  return (us * TIMESCALE) / 1_000_000
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
