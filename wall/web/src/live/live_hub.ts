import { ClockSkew } from './clock_skew'
import { makeSink, type FrameSink } from './frame_sink'
import { LiveSocket } from './live_socket'
import type { FromWorker, Profile, ServerMessage, SinkTarget, ToWorker } from './messages'
import { StreamPlayer } from './stream_player'
import { parseBatch, WireError } from './wire'

const STATS_MS = 500

interface OpenStream {
  player: StreamPlayer
  sink: number
  camera: string
  profile: Profile
  begun: boolean
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
  /** Which stream each sink shows. */
  private readonly owners = new Map<number, number>()
  private readonly skew = new ClockSkew()

  constructor(private readonly post: (message: FromWorker, transfer?: Transferable[]) => void) {
    setInterval(() => this.reportStats(), STATS_MS)
  }

  handle(message: ToWorker): void {
    switch (message.type) {
      case 'connect':
        this.connect(message.url)
        break
      case 'sink':
        this.addSink(message.sink, message.target)
        break
      case 'drop-sink':
        this.sinks.get(message.sink)?.close()
        this.sinks.delete(message.sink)
        this.owners.delete(message.sink)
        break
      case 'open':
        this.open(message.stream, message.sink, message.camera, message.profile)
        break
      case 'close':
        this.closeStream(message.stream)
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
      onBatch: (batch) => this.fromCameras(batch),
    })
    this.socket.connect()
  }

  private askAgain(): void {
    this.socket?.send({ type: 'events', topics: ['case', 'camera', 'worker'] })
    for (const [stream, { camera, profile }] of this.streams) {
      this.socket?.send({ type: 'open', stream, camera, profile })
    }
  }

  private addSink(sink: number, target: SinkTarget): void {
    const made = makeSink(target, {
      onTrack: (track) => this.post({ type: 'track', sink, track }, [track as unknown as Transferable]),
      onFailed: () => this.post({ type: 'sink-failed', sink }),
    })
    this.sinks.get(sink)?.close()
    this.sinks.set(sink, made)
  }

  private open(stream: number, sink: number, camera: string, profile: Profile): void {
    const player = new StreamPlayer(
      stream,
      {
        onFrame: (frame) => this.show(stream, frame),
        onUnplayable: (codec) => this.post({ type: 'unplayable', stream, codec }),
      },
      Date.now,
    )
    this.streams.set(stream, { player, sink, camera, profile, begun: false })
    this.socket?.send({ type: 'open', stream, camera, profile })
  }

  private closeStream(stream: number): void {
    this.streams.get(stream)?.player.close()
    this.streams.delete(stream)
    this.socket?.send({ type: 'close', stream })
  }

  private show(stream: number, frame: VideoFrame): void {
    const open = this.streams.get(stream)
    const sink = open && this.sinks.get(open.sink)
    if (!open || !sink) {
      frame.close()
      return
    }
    if (!open.begun) {
      open.begun = true
      this.owners.set(open.sink, stream)
      this.post({ type: 'first-frame', stream })
    }
    this.skew.observe(open.player.stats.latencyMs)
    if (this.owners.get(open.sink) === stream) sink.show(frame)
    else frame.close()
  }

  private fromServer(message: ServerMessage): void {
    switch (message.type) {
      case 'stream': {
        const { stream, state, codec, width = 0, height = 0, reason = '' } = message
        const open = this.streams.get(stream)
        if (!open) return
        if (state === 'live' && codec) open.player.setFormat({ codec, width, height })
        this.post({ type: 'stream', stream, state, width, height, reason })
        break
      }
      case 'lost': {
        const open = this.streams.get(message.stream)
        if (open) open.player.stats.lost += message.units
        break
      }
      case 'event':
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
