import { fragment, type Sample } from './fmp4'
import { MediaTimeline } from './media_timeline'
import type { Picture } from './segment_player'

export interface Segment {
  data: Uint8Array<ArrayBuffer>
  /** Of a header; empty for pictures. */
  codec: string
}

/** Turns the pictures of one tile into segments on one line of time, whichever stream they come from. */
export class SegmentSink {
  private readonly timeline = new MediaTimeline()
  private stream = -1
  private sequence = 0

  constructor(private readonly onSegment: (segment: Segment) => void) {}

  show(stream: number, { unit, data, init }: Picture): void {
    if (stream !== this.stream) {
      this.stream = stream
      this.timeline.restart()
    }
    if (init) this.onSegment(init)
    const sample: Sample = { data, key: unit.keyFrame, ...this.timeline.place(unit) }
    this.onSegment({ data: fragment(++this.sequence, [sample]), codec: '' })
  }
}
