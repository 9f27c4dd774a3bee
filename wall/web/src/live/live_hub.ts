import { ClockSkew } from './clock_skew'
import { makeSink, type FrameSink } from './frame_sink'
import { LiveSocket } from './live_socket'
import { NO_SINK } from './messages'
import type { FromWorker, Profile, ServerMessage, SinkTarget, ToWorker } from './messages'
import type { Player } from './player'
import { SegmentPlayer, type Picture } from './segment_player'
import { SegmentSink } from './segment_sink'
import { SpareDecoder } from './spare_decoder'
import { StreamPlayer } from './stream_player'
import { isPositions, parsePositions, positionBuffers } from './positions'
import { parseBatch, WireError } from './wire'

const STATS_MS = 500
const REFUSED_BOUND = 32
const TOPICS = ['case', 'camera', 'worker', 'display', 'alarm', 'estate', 'town', 'loudspeaker']

interface OpenStream {
  player: Player
  sink: number
  camera: string
  profile: Profile
  begun: boolean
  /** Decoded before there was a sink. */
  held: VideoFrame | null
}

/**
 * Everything that happens off the main thread: the socket, the decoders, the sinks.
 *
 * Several streams may be aimed at one sink; the one opened last owns it from its first picture on, so a tile can
 * pass from sub-stream to main stream without going dark.
 */
export class LiveHub {
  private socket: LiveSocket | null = null
  private readonly streams = new Map<number, OpenStream>()
  private readonly sinks = new Map<number, FrameSink>()
  private readonly segmentSinks = new Map<number, SegmentSink>()
  /** What the server has been told; null before the page has found out. */
  private decodable: string[] | null = null
  /** Codec strings a decoder turned down although its family can be decoded. */
  private readonly refused = new Set<string>()
  /** Which stream each sink shows. */
  private readonly owners = new Map<number, number>()
  private readonly skew = new ClockSkew()
  private readonly spare = new SpareDecoder()
  private watchesPtz = false
  private watchesPeople = false

  constructor(private readonly post: (message: FromWorker, transfer?: Transferable[]) => void) {
    setInterval(() => this.reportStats(), STATS_MS)
  }

  handle(message: ToWorker): void {
    switch (message.type) {
      case 'connect':
        this.connect(message.url)
        break
      case 'codecs':
        this.decodable = message.decode
        if (this.socket?.isOpen) this.askAgain()
        break
      case 'sink':
        this.addSink(message.sink, message.target)
        break
      case 'drop-sink':
        this.sinks.get(message.sink)?.close()
        this.sinks.delete(message.sink)
        this.segmentSinks.delete(message.sink)
        this.owners.delete(message.sink)
        break
      case 'open':
        this.open(message.stream, message.sink, message.camera, message.profile)
        break
      case 'attach':
        this.attach(message.stream, message.sink)
        break
      case 'close':
        this.closeStream(message.stream)
        break
      case 'watch-ptz':
        if (message.on === this.watchesPtz) break
        this.watchesPtz = message.on
        this.tellTopics()
        break
      case 'watch-people':
        this.watchesPeople = message.on
        this.socket?.send({ type: 'positions', on: message.on })
        break
      case 'ptz':
        this.socket?.send(message)
        break
    }
  }

  private connect(url: string): void {
    this.socket = new LiveSocket(url, {
      onState: (state, attempt) => {
        if (state === 'open') this.askAgain()
        this.post({ type: 'connection', state, attempt })
      },
      onMessage: (message) => this.fromServer(message),
      onBatch: (batch) => (isPositions(batch) ? this.fromPeople(batch) : this.fromCameras(batch)),
    })
    this.socket.connect()
  }

  private askAgain(): void {
    this.tellTopics()
    this.tellCodecs()
    for (const stream of this.streams.keys()) this.ask(stream)
  }

  private tellTopics(): void {
    this.socket?.send({ type: 'events', topics: this.watchesPtz ? [...TOPICS, 'ptz'] : TOPICS })
    if (this.watchesPeople) this.socket?.send({ type: 'positions', on: true })
  }

  private tellCodecs(): void {
    if (this.decodable) this.socket?.send({ type: 'codecs', decode: this.decodable, not: [...this.refused] })
  }

  /** Asked again, the server begins the stream anew, with the group of pictures so far. */
  private ask(stream: number): void {
    const open = this.streams.get(stream)
    if (!open || !this.decodable) return
    this.socket?.send({ type: 'open', stream, camera: open.camera, profile: open.profile })
  }

  private addSink(sink: number, target: SinkTarget): void {
    if (target.kind === 'segments') {
      const post = (data: Uint8Array<ArrayBuffer>, codec: string): void =>
        this.post({ type: 'segment', sink, data, codec }, [data.buffer])
      this.segmentSinks.set(sink, new SegmentSink(({ data, codec }) => post(data, codec)))
      return
    }
    const made = makeSink(target, {
      onTrack: (track) => this.post({ type: 'track', sink, track }, [track as unknown as Transferable]),
      onFailed: () => this.post({ type: 'sink-failed', sink }),
    })
    this.sinks.get(sink)?.close()
    this.sinks.set(sink, made)
  }

  private open(stream: number, sink: number, camera: string, profile: Profile): void {
    const segments = this.segmentSinks.get(sink)
    const onUnplayable = (codec: string): void => this.unplayable(stream, codec)
    const player = segments
      ? new SegmentPlayer(stream, { onPicture: (picture) => this.showSegment(stream, segments, picture), onUnplayable }, Date.now)
      : new StreamPlayer(
          stream,
          {
            onFrame: (frame) => this.show(stream, frame),
            onPreview: (frame) => this.preview(stream, frame),
            onUnplayable,
            onReclaimed: () => this.ask(stream),
          },
          Date.now,
          this.spare,
        )
    this.streams.set(stream, { player, sink, camera, profile, begun: false, held: null })
    this.ask(stream)
  }

  /** Gives a stream that was opened without one its sink. */
  private attach(stream: number, sink: number): void {
    const open = this.streams.get(stream)
    if (!open) return
    open.sink = sink
    if (open.begun) this.owners.set(sink, stream)
    const { held } = open
    open.held = null
    if (held) this.put(open, held)
  }

  /** The server then sends something else, or says that there is nothing. */
  private unplayable(stream: number, codec: string): void {
    if (this.refused.has(codec) || this.refused.size >= REFUSED_BOUND) {
      this.post({ type: 'unplayable', stream, codec })
      return
    }
    this.refused.add(codec)
    this.tellCodecs()
  }

  private closeStream(stream: number): void {
    const open = this.streams.get(stream)
    open?.player.close()
    this.streams.delete(stream)
    if (!open) return
    open.held?.close()
    this.segmentSinks.get(open.sink)?.forget(stream)
    if (this.owners.get(open.sink) === stream) this.handBack(open.sink)
    this.socket?.send({ type: 'close', stream })
  }

  private show(stream: number, frame: VideoFrame): void {
    const open = this.streams.get(stream)
    if (!open) {
      frame.close()
      return
    }
    this.begin(stream, open)
    this.skew.observe(open.player.stats.latencyMs)
    if (open.sink === NO_SINK || this.owners.get(open.sink) === stream) this.put(open, frame)
    else frame.close()
  }

  /** Shown only where nothing else is: never back in time after another stream's picture. */
  private preview(stream: number, frame: VideoFrame): void {
    const open = this.streams.get(stream)
    if (!open || this.owners.has(open.sink)) {
      frame.close()
      return
    }
    this.put(open, frame)
    this.post({ type: 'preview', stream })
  }

  /** Takes over the frame. */
  private put(open: OpenStream, frame: VideoFrame): void {
    if (open.sink === NO_SINK) {
      open.held?.close()
      open.held = frame
      return
    }
    const sink = this.sinks.get(open.sink)
    if (sink) sink.show(frame)
    else frame.close()
  }

  private showSegment(stream: number, sink: SegmentSink, picture: Picture): void {
    const open = this.streams.get(stream)
    if (!open) return
    this.begin(stream, open)
    this.skew.observe(open.player.stats.latencyMs)
    if (this.owners.get(open.sink) === stream) sink.show(stream, picture)
  }

  /** The owner is closed: the sink is again that of the stream that had it before and still plays. */
  private handBack(sink: number): void {
    const others = [...this.streams].filter(([, other]) => other.sink === sink && other.begun)
    const last = others.at(-1)
    if (last) this.owners.set(sink, last[0])
    else this.owners.delete(sink)
  }

  /** With its first picture a stream takes its sink over. */
  private begin(stream: number, open: OpenStream): void {
    if (open.begun) return
    open.begun = true
    if (open.sink !== NO_SINK) this.owners.set(open.sink, stream)
    this.post({ type: 'first-frame', stream })
  }

  private fromServer(message: ServerMessage): void {
    switch (message.type) {
      case 'stream': {
        const { stream, state, codec, width = 0, height = 0, reason = '' } = message
        const { profile = 'sub', transcoded = false, instead = '' } = message
        const open = this.streams.get(stream)
        if (!open) return
        if (state === 'live' && codec) open.player.setFormat({ codec, width, height })
        this.post({ type: 'stream', stream, state, width, height, reason, profile, transcoded, instead })
        break
      }
      case 'lost': {
        const open = this.streams.get(message.stream)
        if (open) open.player.stats.lost += message.units
        break
      }
      case 'event':
      case 'ptz-refused':
        this.post(message)
        break
    }
  }

  private fromCameras(batch: ArrayBuffer): void {
    try {
      for (const unit of parseBatch(batch)) this.streams.get(unit.stream)?.player.push(unit)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      // A cut frame cannot be read on from; the next key frames repair every stream in it.
      for (const { player } of this.streams.values()) player.restart()
    }
  }

  /** A frame that cannot be read is left out: the next one says the same anew. */
  private fromPeople(frame: ArrayBuffer): void {
    const positions = parsePositions(frame)
    if (positions) this.post({ type: 'positions', positions }, positionBuffers(positions))
  }

  private reportStats(): void {
    if (this.streams.size === 0) return
    const at = Date.now()
    const rows = [...this.streams.values()].map(({ player }) => {
      const { stats } = player
      return { ...stats, at, latencyMs: stats.shown > 0 ? this.skew.delay(stats.latencyMs) : 0 }
    })
    this.post({ type: 'stats', rows })
  }
}
