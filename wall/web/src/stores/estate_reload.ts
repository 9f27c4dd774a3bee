/** Within this time the pages of a town ask for the list again, each at a moment of its own: it is megabytes long. */
const SPREAD_MS = 1_000
const AFTER_FAILURE_MS = 3_000

/** Loads the cameras anew when there are others: once for however many events, and until it has worked. */
export class EstateReload {
  private timer: ReturnType<typeof setTimeout> | null = null
  private loading = false
  private again = false
  private stopped = false

  /** `load` tells whether it was answered. */
  constructor(
    private readonly load: () => Promise<boolean>,
    private readonly random: () => number = Math.random,
  ) {}

  ask(): void {
    if (this.loading) this.again = true
    else this.schedule(SPREAD_MS * this.random())
  }

  stop(): void {
    this.stopped = true
    if (this.timer) clearTimeout(this.timer)
  }

  private schedule(ms: number): void {
    if (this.timer || this.stopped) return
    this.timer = setTimeout(() => void this.run(), ms)
  }

  private async run(): Promise<void> {
    this.timer = null
    this.loading = true
    this.again = false
    const answered = await this.load()
    this.loading = false
    if (!answered) this.schedule(AFTER_FAILURE_MS)
    else if (this.again) this.schedule(SPREAD_MS * this.random())
  }
}
