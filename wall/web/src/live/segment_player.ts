import { lengthPrefixed, NAL, nalType, nalUnits } from './annexb'
import { initSegment } from './fmp4'
import type { StreamStats } from './messages'
import { freshStats, type Player, type StreamFormat } from './player'
import { UnitGate } from './unit_gate'
import type { WireUnit } from './wire'

/** A picture ready for the muxer. `init`: what must come before it, at the beginning and when the format changes. */
export interface Picture {
  unit: WireUnit
  data: Uint8Array
  init: { data: Uint8Array<ArrayBuffer>; codec: string } | null
}

export interface SegmentPlayerCallbacks {
  onPicture(picture: Picture): void
  onUnplayable(codec: string): void
}

/** Makes the units of one H.264 stream ready for a MediaSource, where the browser has no WebCodecs. */
export class SegmentPlayer implements Player {
  readonly stats: StreamStats
  private readonly gate = new UnitGate()
  private format: StreamFormat | null = null
  private sets = ''

  constructor(
    stream: number,
    private readonly callbacks: SegmentPlayerCallbacks,
    private readonly now: () => number,
  ) {
    this.stats = freshStats(stream)
  }

  setFormat(format: StreamFormat): void {
    if (this.format?.codec === format.codec && this.format.width === format.width && this.format.height === format.height) return
    this.format = format
    this.sets = ''
    this.gate.reset()
    if (!format.codec.startsWith('avc1')) this.callbacks.onUnplayable(format.codec)
  }

  push(unit: WireUnit): void {
    if (!this.format?.codec.startsWith('avc1') || this.gate.judge(unit, 0) === 'drop') {
      this.stats.dropped++
      return
    }
    const units = nalUnits(unit.payload)
    const init = unit.keyFrame ? this.initOf(units, this.format) : null
    const pictures = units.filter((one) => ![NAL.sps, NAL.pps, NAL.delimiter, NAL.filler].includes(nalType(one) as never))
    if (pictures.length === 0 || (unit.keyFrame && this.sets === '')) {
      this.stats.decodeErrors++
      this.gate.reset()
      return
    }
    const now = this.now()
    this.stats.shown++
    this.stats.lastFrameAt = now
    this.stats.receivedAt = unit.receivedUs / 1000
    this.stats.latencyMs = now - this.stats.receivedAt
    this.callbacks.onPicture({ unit, data: lengthPrefixed(pictures), init })
  }

  /** A new header when the parameter sets are others than before. */
  private initOf(units: readonly Uint8Array[], format: StreamFormat): Picture['init'] {
    const sps = units.find((one) => nalType(one) === NAL.sps)
    const pps = units.filter((one) => nalType(one) === NAL.pps)
    if (!sps || sps.length < 4 || pps.length === 0) return null
    const sets = [sps, ...pps].map((one) => one.join()).join(';')
    if (sets === this.sets) return null
    this.sets = sets
    return { data: initSegment({ sps, pps, width: format.width, height: format.height }), codec: format.codec }
  }

  restart(): void {
    this.gate.reset()
  }

  close(): void {
    this.gate.reset()
  }
}
