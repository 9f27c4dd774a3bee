import type { StreamStats } from './messages'
import { freshStats, type Player, type StreamFormat } from './player'
import type { SpareDecoder } from './spare_decoder'
import { UnitGate } from './unit_gate'
import type { WireUnit } from './wire'

export interface PlayerCallbacks {
  /** The newest picture there is. Owns the frame. */
  onFrame(frame: VideoFrame): void
  /** The first picture decoded, when newer ones are still to be decoded. Owns the frame. */
  onPreview(frame: VideoFrame): void
  onUnplayable(codec: string): void
  /** The browser took the decoder away, through no fault of the stream's. */
  onReclaimed(): void
}

/** Receipt times kept for frames inside the decoder; far more than any decoder holds back. */
const RECEIPTS_BOUND = 1024

/** Decodes one stream: a fresh decoder after every error or change of format, beginning at a key frame. */
export class StreamPlayer implements Player {
  readonly stats: StreamStats
  private readonly gate = new UnitGate()
  private readonly receipts = new Map<number, { receivedUs: number; catchUp: boolean }>()
  private decoder: VideoDecoder | null = null
  private format: StreamFormat | null = null
  private catchingUp = 0
  private previewed = false

  constructor(
    stream: number,
    private readonly callbacks: PlayerCallbacks,
    private readonly now: () => number,
    private readonly spare: SpareDecoder,
  ) {
    this.stats = freshStats(stream)
  }

  setFormat(format: StreamFormat): void {
    const same = this.format?.codec === format.codec
    this.format = format
    if (!same) this.discardDecoder()
  }

  push(unit: WireUnit): void {
    // What catches up waits by nature: counted, it would cost every tile just opened the rest of its group of pictures.
    const queued = Math.max(0, (this.decoder?.decodeQueueSize ?? 0) - this.catchingUp)
    if (this.gate.judge(unit, queued) === 'drop') {
      this.stats.dropped++
      return
    }
    const decoder = this.decoder ?? this.makeDecoder()
    if (!decoder) return
    if (this.receipts.size >= RECEIPTS_BOUND) this.receipts.clear()
    this.receipts.set(unit.ptsUs, { receivedUs: unit.receivedUs, catchUp: unit.catchUp })
    if (unit.catchUp) this.catchingUp++
    const type = unit.keyFrame ? 'key' : 'delta'
    try {
      decoder.decode(new EncodedVideoChunk({ type, timestamp: unit.ptsUs, data: unit.payload }))
    } catch {
      // The decoder closed itself, or calls this key frame none: its bytes come from a camera.
      this.failed()
    }
  }

  private makeDecoder(): VideoDecoder | null {
    if (!this.format) return null
    const { codec, width, height } = this.format
    const size = width > 0 && height > 0 ? { codedWidth: width, codedHeight: height } : {}
    try {
      this.decoder = this.spare.take(
        { codec, ...size, optimizeForLatency: true },
        { output: (frame) => this.output(frame), error: (decoder, error) => this.broken(decoder, error, codec) },
      )
    } catch {
      this.unplayable(codec)
      return null
    }
    return this.decoder
  }

  private broken(decoder: VideoDecoder, error: DOMException, codec: string): void {
    if (this.decoder !== decoder) return
    this.failed()
    if (error.name === 'NotSupportedError') this.unplayable(codec)
    // Chromium closes idle decoders of pages in the background.
    else if (error.name === 'QuotaExceededError') this.callbacks.onReclaimed()
  }

  /** No decoder for this codec here: do not try again until the format changes. */
  private unplayable(codec: string): void {
    this.format = null
    this.callbacks.onUnplayable(codec)
  }

  private output(frame: VideoFrame): void {
    const receipt = this.receipts.get(frame.timestamp)
    this.receipts.delete(frame.timestamp)
    if (receipt?.catchUp) {
      this.catchingUp--
      if (this.catchingUp > 0) {
        if (this.previewed) frame.close()
        else this.callbacks.onPreview(frame)
        this.previewed = true
        return
      }
    }
    const now = this.now()
    this.stats.shown++
    this.stats.lastFrameAt = now
    if (receipt) {
      this.stats.receivedAt = receipt.receivedUs / 1000
      this.stats.latencyMs = now - this.stats.receivedAt
    }
    this.callbacks.onFrame(frame)
  }

  private failed(): void {
    this.stats.decodeErrors++
    this.discardDecoder()
  }

  private discardDecoder(): void {
    if (this.decoder && this.decoder.state !== 'closed') this.decoder.close()
    this.decoder = null
    this.receipts.clear()
    this.catchingUp = 0
    this.gate.reset()
  }

  /** Goes on at the next key frame. */
  restart(): void {
    this.gate.reset()
  }

  close(): void {
    this.discardDecoder()
  }
}
