import { segmentType } from '../live/codecs'
import type { LiveConnection } from '../live/live_connection'
import { EdgeKeeper } from './edge_keeper'
import { mutedVideo } from './muted_video'
import type { PictureView } from './picture'

/** Segments kept back while the SourceBuffer is busy; far more than it ever is, unless it has died. */
const WAITING_BOUND = 600
/** Seconds of the past kept: at least one group of pictures, so that a jump to the edge finds its key frame. */
const PAST_S = 20
const TRIM_TO_S = 12

interface Waiting {
  data: Uint8Array<ArrayBuffer>
  codec: string
}

/** A `<video>` fed with segments of MP4, where the browser has no WebCodecs. */
export class SegmentPicture implements PictureView {
  readonly element: HTMLVideoElement
  readonly sink: number
  private readonly source = new MediaSource()
  private readonly url = URL.createObjectURL(this.source)
  private readonly edge: EdgeKeeper
  private buffer: SourceBuffer | null = null
  private codec = ''
  private waiting: Waiting[] = []
  private over = false

  constructor(
    private readonly connection: LiveConnection,
    private readonly onFailed: () => void,
  ) {
    const video = mutedVideo()
    video.autoplay = true
    this.element = video
    this.edge = new EdgeKeeper(video)
    this.sink = connection.addSink(
      { kind: 'segments' },
      { onTrack: () => {}, onSinkFailed: onFailed, onSegment: (data, codec) => this.take({ data, codec }) },
    )
    this.source.addEventListener('sourceopen', () => this.flush())
    video.addEventListener('error', () => this.fail())
    video.src = this.url
  }

  private take(segment: Waiting): void {
    this.waiting.push(segment)
    if (this.waiting.length > WAITING_BOUND) this.fail()
    else this.flush()
  }

  /** Hands over what waits: one header, or all pictures up to the next header. */
  private flush(): void {
    if (this.over || this.source.readyState !== 'open' || this.buffer?.updating) return
    const first = this.waiting[0]
    if (!first) return
    try {
      if (first.codec) {
        this.useCodec(first.codec)
        this.waiting.shift()
        this.buffer?.appendBuffer(first.data)
        return
      }
      const header = this.waiting.findIndex((segment) => segment.codec !== '')
      const pictures = this.waiting.splice(0, header < 0 ? this.waiting.length : header)
      this.buffer?.appendBuffer(joined(pictures))
    } catch {
      // The buffer is full in spite of trimming, or the element has given up on the stream: begin anew.
      this.fail()
    }
  }

  private useCodec(codec: string): void {
    if (!this.buffer) {
      this.buffer = this.source.addSourceBuffer(segmentType(codec))
      this.buffer.addEventListener('updateend', () => this.updated())
    } else if (codec !== this.codec) {
      this.buffer.changeType(segmentType(codec))
    }
    this.codec = codec
  }

  private updated(): void {
    if (this.over) return
    const { buffer, element } = this
    if (!buffer) return
    const last = buffer.buffered.length - 1
    if (last >= 0) {
      this.edge.follow(buffer.buffered.end(last))
      const past = element.currentTime - PAST_S
      if (past > buffer.buffered.start(0) && !buffer.updating) {
        buffer.remove(0, element.currentTime - TRIM_TO_S)
        return
      }
    }
    this.flush()
  }

  /** How far what is shown lies behind what has come, ms. */
  get behindMs(): number {
    return this.edge.behindMs
  }

  keepPlaying(): void {
    if (!this.element.paused || !this.element.isConnected) return
    this.element.play().catch(() => {
      // Interrupted by a move or a removal; the next look a moment later tries again.
    })
  }

  get presented(): number | null {
    return this.element.getVideoPlaybackQuality().totalVideoFrames
  }

  private fail(): void {
    if (this.over) return
    this.over = true
    this.onFailed()
  }

  dispose(): void {
    this.over = true
    this.connection.dropSink(this.sink)
    this.waiting = []
    this.element.removeAttribute('src')
    this.element.load()
    this.element.remove()
    URL.revokeObjectURL(this.url)
  }
}

function joined(segments: readonly Waiting[]): Uint8Array<ArrayBuffer> {
  const [only] = segments
  if (only && segments.length === 1) return only.data
  const out = new Uint8Array(segments.reduce((sum, { data }) => sum + data.length, 0))
  let at = 0
  for (const { data } of segments) {
    out.set(data, at)
    at += data.length
  }
  return out
}
