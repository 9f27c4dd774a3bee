import { canDecode, canPlaySegments, decodable } from './codecs'
import { displayPath } from './display_path'
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

const STREAM_NUMBERS = 65_536

export interface StreamListener {
  onStream(news: StreamNews): void
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

/** The page's side of the live worker: streams and sinks by number, events to whoever listens. */
export class LiveConnection {
  private readonly worker: Worker
  private readonly streams = new Map<number, StreamListener>()
  private readonly sinks = new Map<number, SinkListener>()
  private nextStream = 1
  private nextSink = 1

  onEvent: (event: LiveEvent) => void = () => {}
  onState: (state: ConnectionState, attempt: number) => void = () => {}

  constructor(url: string) {
    this.worker = new Worker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'gridwatch-live' })
    this.worker.onmessage = (event: MessageEvent<FromWorker>) => this.receive(event.data)
    this.post({ type: 'connect', url })
    void decodable(displayPath() === 'segments' ? canPlaySegments : canDecode).then((decode) => this.post({ type: 'codecs', decode }))
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

  /** Every opening gets a number of its own, so units of a closed stream cannot be taken for the new one's. */
  open(camera: string, profile: Profile, sink: number, listener: StreamListener): number {
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

  stop(): void {
    this.worker.terminate()
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
      case 'stats':
        for (const row of message.rows) this.streams.get(row.stream)?.onStats(row)
        break
      case 'stream':
        this.streams.get(message.stream)?.onStream(message)
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
