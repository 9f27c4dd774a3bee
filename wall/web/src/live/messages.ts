/** Messages between page and worker, and the text frames between worker and server. */
import type { Alarm } from '../alarms/alarm_types'
import type { Case, StreamState, Worker } from '../api/types'
import type { DisplayEvent } from '../display/display_types'
import type { SpeakerNews } from '../talk/talk_types'
import type { Positions } from './positions'
import type { Motion, PtzNews, PtzRefusal } from '../ptz/ptz_types'

export type Profile = 'sub' | 'main'
export type ServerStreamState = 'opening' | 'live' | 'stalled' | 'ended'
/** Why a stream is another than was asked for: this browser cannot decode it, the camera refuses it, it did not come. */
export type Instead = '' | 'codec' | 'refused' | 'late'
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'revoked'

export interface CameraEvent {
  id: string
  state: StreamState
  since: number
  error: string | null
}

export type LiveEvent =
  | { topic: 'case'; data: Case }
  | { topic: 'camera'; data: CameraEvent }
  | { topic: 'worker'; data: Worker }
  | { topic: 'display'; data: DisplayEvent }
  | { topic: 'alarm'; data: Alarm }
  | { topic: 'ptz'; data: PtzNews }
  | { topic: 'loudspeaker'; data: SpeakerNews }
  /** There are other cameras, or some are others: the list is to be loaded anew. */
  | { topic: 'estate'; data: Record<string, never> }
  /** Parts of the map are others: `grids`, or layers such as `roads`. */
  | { topic: 'town'; data: { changed: string[] } }

export type ServerMessage =
  | { type: 'hello'; protocol: number }
  | {
      type: 'stream'
      stream: number
      state: ServerStreamState
      codec?: string
      width?: number
      height?: number
      reason?: string
      profile?: Profile
      transcoded?: boolean
      instead?: Instead
    }
  | { type: 'lost'; stream: number; units: number }
  | ({ type: 'event' } & LiveEvent)
  | ({ type: 'ptz-refused' } & PtzRefusal)
  | { type: 'pong'; at: number }
  | { type: 'revoked' }

/** In place of a sink's number, for a stream that is opened before its tile is there. */
export const NO_SINK = 0

/** Where the worker puts the pictures of a sink. `track`: the worker makes the track itself and hands it over. */
export type SinkTarget =
  | { kind: 'writable'; writable: WritableStream<VideoFrame> }
  | { kind: 'canvas'; canvas: OffscreenCanvas }
  | { kind: 'track' }
  /** As segments of MP4 for a MediaSource, sent to the page. */
  | { kind: 'segments' }

export type ToWorker =
  | { type: 'connect'; url: string }
  /** Beginnings of the codec strings this browser can decode; nothing is opened before it is known. */
  | { type: 'codecs'; decode: string[] }
  | { type: 'sink'; sink: number; target: SinkTarget }
  | { type: 'drop-sink'; sink: number }
  /** With `NO_SINK`, `attach` or `close` follows. */
  | { type: 'open'; stream: number; sink: number; camera: string; profile: Profile }
  | { type: 'attach'; stream: number; sink: number }
  | { type: 'close'; stream: number }
  /** Whether the page wants to hear of domes. */
  | { type: 'watch-ptz'; on: boolean }
  /** Whether the page wants to be told in bulk where people are. */
  | { type: 'watch-people'; on: boolean }
  /** Turns a dome for the next moments; all zero stops it. */
  | ({ type: 'ptz'; camera: string } & Motion)

/** What a stream has done since it was opened. Times are Unix ms; 0 means never. */
export interface StreamStats {
  stream: number
  shown: number
  dropped: number
  lost: number
  decodeErrors: number
  lastFrameAt: number
  /** When the server received the newest picture shown, by the server's own clock: the time of day it shows. */
  receivedAt: number
  /** When these figures were taken. */
  at: number
  /** From the server's receipt of the unit to its decoded picture, ms, newest; a skew between the clocks taken out. */
  latencyMs: number
}

/** How a stream stands at the server, and what it really is. */
export interface StreamNews {
  state: ServerStreamState
  width: number
  height: number
  reason: string
  profile: Profile
  /** Made H.264 by the server, at the size of a sub-stream. */
  transcoded: boolean
  instead: Instead
}

export type FromWorker =
  | { type: 'connection'; state: ConnectionState; attempt: number }
  | ({ type: 'stream'; stream: number } & StreamNews)
  /** A picture is on view, of the moments before: what has happened since is still being decoded. */
  | { type: 'preview'; stream: number }
  | { type: 'first-frame'; stream: number }
  | { type: 'unplayable'; stream: number; codec: string }
  | { type: 'stats'; rows: StreamStats[] }
  | { type: 'track'; sink: number; track: MediaStreamTrack }
  | { type: 'sink-failed'; sink: number }
  | { type: 'positions'; positions: Positions }
  | { type: 'segment'; sink: number; data: Uint8Array<ArrayBuffer>; codec: string }
  | ({ type: 'event' } & LiveEvent)
  | ({ type: 'ptz-refused' } & PtzRefusal)
