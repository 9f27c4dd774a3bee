/** Holds a player near the newest picture it has: a little faster when it lags, a jump when it lags much. */

const NEAR_S = 0.2
const FAR_S = 0.45
const JUMP_S = 1.5
const JUMP_TO_S = 0.1
const RATE_FAR = 1.1
const RATE_VERY_FAR = 1.3

export type Nudge = { kind: 'rate'; rate: number } | { kind: 'jump'; to: number }

/** `now` and `end` in seconds of the player's own time. Between near and far the rate stays as it is. */
export function nudge(now: number, end: number, rate: number): Nudge {
  const behind = end - now
  if (behind > JUMP_S) return { kind: 'jump', to: end - JUMP_TO_S }
  if (behind > 2 * FAR_S) return { kind: 'rate', rate: RATE_VERY_FAR }
  if (behind > FAR_S) return { kind: 'rate', rate: RATE_FAR }
  return { kind: 'rate', rate: behind < NEAR_S ? 1 : rate }
}

export class EdgeKeeper {
  private end = 0

  constructor(private readonly video: HTMLVideoElement) {}

  /** The player has pictures up to `end` now. */
  follow(end: number): void {
    this.end = end
    const found = nudge(this.video.currentTime, end, this.video.playbackRate)
    if (found.kind === 'jump') this.video.currentTime = found.to
    else if (found.rate !== this.video.playbackRate) this.video.playbackRate = found.rate
  }

  get behindMs(): number {
    return Math.max(0, this.end - this.video.currentTime) * 1000
  }
}
