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
  private readonly headers = new Map<number, Segment>()
  private stream = -1
  private sequence = 0

  constructor(private readonly onSegment: (segment: Segment) => void) {}

  show(stream: number, { unit, data, init }: Picture): void {
    if (init) this.headers.set(stream, init)
    if (stream !== this.stream) {
      if (!this.begin(stream, unit.keyFrame)) return
    } else if (init) {
      this.send(init)
    }
    const sample: Sample = { data, key: unit.keyFrame, ...this.timeline.place(unit) }
    this.onSegment({ data: fragment(++this.sequence, [sample]), codec: '' })
  }

  /** Another stream, or one that had the tile before, begins at a key frame and with its own header. */
  private begin(stream: number, keyFrame: boolean): boolean {
    const header = this.headers.get(stream)
    if (!keyFrame || !header) return false
    this.stream = stream
    this.timeline.restart()
    this.send(header)
    return true
  }

  /** A copy, because what is sent is given away. */
  private send({ data, codec }: Segment): void {
    this.onSegment({ data: data.slice(), codec })
  }

  /** Nothing more comes of this stream. */
  forget(stream: number): void {
    this.headers.delete(stream)
  }
}
