/** Beyond this the server's and the browser's clocks are taken to disagree; below it, it is real delay. */
const PLAUSIBLE_MS = 1_500

/**
 * Delays measured across two clocks. The smallest delay of a connection is real only if it is plausible; otherwise
 * it is mostly skew, and what lies above it is the delay.
 */
export class ClockSkew {
  private smallest = Infinity

  /** `raw`: browser time of a picture less the server's time of its receipt, ms. */
  observe(raw: number): void {
    if (raw < this.smallest) this.smallest = raw
  }

  /** The delay to believe. */
  delay(raw: number): number {
    const skew = this.smallest < 0 || this.smallest > PLAUSIBLE_MS ? this.smallest : 0
    return Number.isFinite(skew) ? Math.max(0, raw - skew) : 0
  }
}
