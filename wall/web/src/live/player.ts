import type { StreamStats } from './messages'
import type { WireUnit } from './wire'

export interface StreamFormat {
  codec: string
  width: number
  height: number
}

/** What becomes of one stream's units in the worker. */
export interface Player {
  readonly stats: StreamStats
  setFormat(format: StreamFormat): void
  push(unit: WireUnit): void
  /** Goes on at the next key frame. */
  restart(): void
  close(): void
}

export function freshStats(stream: number): StreamStats {
  return { stream, shown: 0, dropped: 0, lost: 0, decodeErrors: 0, lastFrameAt: 0, receivedAt: 0, latencyMs: 0, at: 0 }
}
