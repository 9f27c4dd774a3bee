import type { LiveEvent } from '../live/messages'

/** Gathers events and hands them on together once per animation frame, so that a burst costs one redraw. */
export class EventBatch {
  private waiting: LiveEvent[] = []
  private scheduled = false

  constructor(private readonly apply: (events: LiveEvent[]) => void) {}

  push(event: LiveEvent): void {
    this.waiting.push(event)
    if (this.scheduled) return
    this.scheduled = true
    // A hidden page gets no animation frames, but must not fall behind.
    if (document.hidden) setTimeout(() => this.flush(), 250)
    else requestAnimationFrame(() => this.flush())
  }

  private flush(): void {
    this.scheduled = false
    const events = this.waiting
    this.waiting = []
    this.apply(events)
  }
}
