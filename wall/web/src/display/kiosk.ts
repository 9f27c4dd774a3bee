/** What a screen that nobody sits at needs of its browser: stays on, shows no cursor, fills the screen, does not burn in. */

const CURSOR_MS = 3_000
const SHIFT_MS = 90_000
/** Where the picture stands in turn, CSS pixels: a line that never moves burns into a panel. */
const SHIFTS: readonly (readonly [number, number])[] = [[0, 0], [2, 0], [2, 2], [0, 2], [-2, 2], [-2, 0], [-2, -2], [0, -2], [2, -2]]

export class Kiosk {
  onShift: (x: number, y: number) => void = () => {}
  private lock: WakeLockSentinel | null = null
  private cursor: ReturnType<typeof setTimeout> | null = null
  private readonly shifting: ReturnType<typeof setInterval>
  private shift = 0
  private readonly offs: (() => void)[] = []

  constructor(private readonly root: HTMLElement) {
    root.classList.add('kiosk')
    this.listen(document, 'visibilitychange', () => void this.stayOn())
    this.listen(window, 'mousemove', () => this.showCursor())
    this.listen(window, 'pointerdown', () => this.fill())
    this.listen(window, 'keydown', () => this.fill())
    this.shifting = setInterval(() => this.move(), SHIFT_MS)
    void this.stayOn()
    this.showCursor()
  }

  private listen(target: EventTarget, type: string, run: () => void): void {
    target.addEventListener(type, run)
    this.offs.push(() => target.removeEventListener(type, run))
  }

  /** Browsers allow it only after a touch or a key; a kiosk started by its command line is full already. */
  private fill(): void {
    if (document.fullscreenElement || !this.root.requestFullscreen) return
    this.root.requestFullscreen().catch(() => {
      // Refused by the browser's policy: the page serves as it is.
    })
  }

  private async stayOn(): Promise<void> {
    if (document.hidden || !('wakeLock' in navigator)) return
    try {
      this.lock = await navigator.wakeLock.request('screen')
    } catch (error) {
      // Refused while the battery is low; asked for again when the page comes back into sight.
      if (!(error instanceof DOMException)) throw error
    }
  }

  private showCursor(): void {
    this.root.classList.remove('no-cursor')
    if (this.cursor) clearTimeout(this.cursor)
    this.cursor = setTimeout(() => this.root.classList.add('no-cursor'), CURSOR_MS)
  }

  private move(): void {
    this.shift = (this.shift + 1) % SHIFTS.length
    const [x, y] = SHIFTS[this.shift] ?? [0, 0]
    this.onShift(x, y)
  }

  stop(): void {
    for (const off of this.offs) off()
    clearInterval(this.shifting)
    if (this.cursor) clearTimeout(this.cursor)
    this.root.classList.remove('kiosk', 'no-cursor')
    void this.lock?.release()
  }
}
