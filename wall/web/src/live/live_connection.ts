import { canDecode, canPlaySegments, decodable } from './codecs'
import { displayPath } from './display_path'
import { NO_SINK } from './messages'
import type { Positions } from './positions'
import type {
  ConnectionState,
  FromWorker,
  LiveEvent,
  Profile,
  SinkTarget,
  StreamNews,
  StreamStats,
  ToWorker,
} from './messages'
import type { Motion, PtzRefusal } from '../ptz/ptz_types'

const STREAM_NUMBERS = 65_536
/** A stream asked for ahead of its tile is closed again when no tile has come for it. */
const EXPECTED_MS = 1_500

export interface StreamListener {
  onStream(news: StreamNews): void
  /** A picture is on view, but not the newest; `onFirstFrame` follows. */
  onPreview(): void
  onFirstFrame(): void
  onUnplayable(codec: string): void
  onStats(stats: StreamStats): void
}

export interface SinkListener {
  onTrack(track: MediaStreamTrack): void
  onSinkFailed(): void
  /** `codec` is given with a header, empty with pictures. */
  onSegment?(data: Uint8Array<ArrayBuffer>, codec: string): void
}

interface Expected {
  stream: number
  told: ToldAhead
  timer: ReturnType<typeof setTimeout>
}

/** Keeps what a stream said of itself until its tile listens. */
class ToldAhead implements StreamListener {
  private news: StreamNews | null = null
  private unplayable: string | null = null
  private preview = false
  private first = false

  onStream(news: StreamNews): void {
    this.news = news
  }

  onPreview(): void {
    this.preview = true
  }

  onFirstFrame(): void {
    this.first = true
  }

  onUnplayable(codec: string): void {
    this.unplayable = codec
  }

  onStats(): void {}

  retell(listener: StreamListener): void {
    if (this.news) listener.onStream(this.news)
    if (this.unplayable !== null) listener.onUnplayable(this.unplayable)
    else if (this.first) listener.onFirstFrame()
    else if (this.preview) listener.onPreview()
  }
}

/** The page's side of the live worker: streams and sinks by number, events to whoever listens. */
export class LiveConnection {
  private readonly worker: Worker
  private readonly streams = new Map<number, StreamListener>()
  private readonly sinks = new Map<number, SinkListener>()
  private readonly expected = new Map<string, Expected>()
  private readonly segments = displayPath() === 'segments'
  private nextStream = 1
  private nextSink = 1

  onEvent: (event: LiveEvent) => void = () => {}
  onState: (state: ConnectionState, attempt: number) => void = () => {}
  onPositions: (positions: Positions) => void = () => {}
  onPtzRefused: (refusal: PtzRefusal) => void = () => {}

  constructor(url: string) {
    this.worker = new Worker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'gridwatch-live' })
    this.worker.onmessage = (event: MessageEvent<FromWorker>) => this.receive(event.data)
    this.post({ type: 'connect', url })
    void decodable(this.segments ? canPlaySegments : canDecode).then((decode) => this.post({ type: 'codecs', decode }))
  }

  addSink(target: SinkTarget, listener: SinkListener): number {
    const sink = this.nextSink++
    this.sinks.set(sink, listener)
    const transfer: Transferable[] = []
    if (target.kind === 'writable') transfer.push(target.writable)
    if (target.kind === 'canvas') transfer.push(target.canvas)
    this.post({ type: 'sink', sink, target }, transfer)
    return sink
  }

  dropSink(sink: number): void {
    this.sinks.delete(sink)
    this.post({ type: 'drop-sink', sink })
  }

  /**
   * A tile is about to ask for this camera's sub-stream: ask the server at once, and decode while the page still
   * makes room. `open` takes the stream over.
   */
  expect(camera: string): void {
    // A stream of segments begins with what its sink has been shown before: it cannot go ahead of it.
    if (this.segments || this.expected.has(camera)) return
    const told = new ToldAhead()
    const stream = this.begin(camera, 'sub', NO_SINK, told)
    const timer = setTimeout(() => {
      this.expected.delete(camera)
      this.close(stream)
    }, EXPECTED_MS)
    this.expected.set(camera, { stream, told, timer })
  }

  /** `listener` is called from the next turn of the event loop on. */
  open(camera: string, profile: Profile, sink: number, listener: StreamListener): number {
    const expected = profile === 'sub' ? this.expected.get(camera) : undefined
    if (!expected) return this.begin(camera, profile, sink, listener)
    const { stream, told, timer } = expected
    this.expected.delete(camera)
    clearTimeout(timer)
    this.streams.set(stream, listener)
    this.post({ type: 'attach', stream, sink })
    queueMicrotask(() => {
      if (this.streams.get(stream) === listener) told.retell(listener)
    })
    return stream
  }

  /** Every opening gets a number of its own, so units of a closed stream cannot be taken for the new one's. */
  private begin(camera: string, profile: Profile, sink: number, listener: StreamListener): number {
    while (this.streams.has(this.nextStream)) this.nextStream = (this.nextStream + 1) % STREAM_NUMBERS
    const stream = this.nextStream
    this.nextStream = (this.nextStream + 1) % STREAM_NUMBERS
    this.streams.set(stream, listener)
    this.post({ type: 'open', stream, sink, camera, profile })
    return stream
  }

  close(stream: number): void {
    if (this.streams.delete(stream)) this.post({ type: 'close', stream })
  }

  /** Asks for the events of domes too, or ends that. */
  watchPtz(on: boolean): void {
    this.post({ type: 'watch-ptz', on })
  }

  /** Asks where people are, in bulk, or ends that. */
  watchPeople(on: boolean): void {
    this.post({ type: 'watch-people', on })
  }

  /** Turns a dome; holds for the server's lease only, so repeat it. All zero stops. */
  steer(camera: string, { pan, tilt, zoom }: Motion): void {
    this.post({ type: 'ptz', camera, pan, tilt, zoom })
  }

  stop(): void {
    this.worker.terminate()
    for (const { timer } of this.expected.values()) clearTimeout(timer)
    this.expected.clear()
    this.streams.clear()
    this.sinks.clear()
  }

  private post(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer)
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'connection':
        this.onState(message.state, message.attempt)
        break
      case 'event':
        this.onEvent(message)
        break
      case 'positions':
        this.onPositions(message.positions)
        break
      case 'ptz-refused':
        this.onPtzRefused(message)
        break
      case 'stats':
        for (const row of message.rows) this.streams.get(row.stream)?.onStats(row)
        break
      case 'stream':
        this.streams.get(message.stream)?.onStream(message)
        break
      case 'preview':
        this.streams.get(message.stream)?.onPreview()
        break
      case 'first-frame':
        this.streams.get(message.stream)?.onFirstFrame()
        break
      case 'unplayable':
        this.streams.get(message.stream)?.onUnplayable(message.codec)
        break
      case 'track':
        this.sinks.get(message.sink)?.onTrack(message.track)
        break
      case 'segment':
        this.sinks.get(message.sink)?.onSegment?.(message.data, message.codec)
        break
      case 'sink-failed':
        this.sinks.get(message.sink)?.onSinkFailed()
        break
    }
  }
}
