import type { WireUnit } from './wire'

export type Verdict = 'decode' | 'drop'

/** More units than this waiting in a decoder: give up the rest of the GOP. A larger bound lets delay grow to seconds. */
export const QUEUE_BOUND = 8

/**
 * Decides which units of one stream reach the decoder. A decoder must begin at a key frame, and after any gap
 * begin again at one. Units sent to catch up arrive at once by nature, so the bound does not hold for them.
 */
export class UnitGate {
  private needsKey = true

  judge(unit: Pick<WireUnit, 'keyFrame' | 'catchUp' | 'discontinuity'>, queued: number): Verdict {
    if (unit.discontinuity && !unit.keyFrame) this.needsKey = true
    if (!unit.catchUp && !unit.keyFrame && queued > QUEUE_BOUND) this.needsKey = true
    if (this.needsKey && !unit.keyFrame) return 'drop'
    // A key frame frees us only when the decoder has room: otherwise the delay would stay.
    if (unit.keyFrame && !unit.catchUp && queued > 2 * QUEUE_BOUND) {
      this.needsKey = true
      return 'drop'
    }
    this.needsKey = false
    return 'decode'
  }

  /** What was decoded so far is void: wait for a key frame. */
  reset(): void {
    this.needsKey = true
  }

  get waitingForKey(): boolean {
    return this.needsKey
  }
}
