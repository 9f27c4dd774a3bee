import { reconnectDelay } from './backoff'
import type { ConnectionState, ServerMessage } from './messages'

const PING_MS = 4_000
/** Nothing heard for this long, in spite of pings: the connection is dead even if TCP has not noticed. */
const SILENCE_MS = 10_000
/** The server ended the session behind this page. */
const SESSION_ENDED = 4401

export interface LiveSocketCallbacks {
  onState(state: ConnectionState, attempt: number): void
  onMessage(message: ServerMessage): void
  onBatch(batch: ArrayBuffer): void
}

/** One WebSocket that comes back by itself. After every `open` the server knows nothing: ask again for everything. */
export class LiveSocket {
  private socket: WebSocket | null = null
  private attempt = 0
  private heardAt = 0
  private pinger: ReturnType<typeof setInterval> | null = null
  private ended = false

  constructor(
    private readonly url: string,
    private readonly callbacks: LiveSocketCallbacks,
  ) {}

  connect(): void {
    this.callbacks.onState('connecting', this.attempt)
    const socket = new WebSocket(this.url)
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    this.heardAt = Date.now()
    this.pinger = setInterval(() => this.watch(), PING_MS)
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.receive(event.data)
    socket.onclose = (event) => this.closed(socket, event.code)
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN
  }

  send(message: object): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(message))
  }

  private receive(data: string | ArrayBuffer): void {
    this.heardAt = Date.now()
    if (typeof data !== 'string') {
      this.callbacks.onBatch(data)
      return
    }
    const message = JSON.parse(data) as ServerMessage
    if (message.type === 'hello') {
      this.attempt = 0
      this.callbacks.onState('open', 0)
    } else if (message.type === 'revoked') {
      this.end()
    } else {
      this.callbacks.onMessage(message)
    }
  }

  private watch(): void {
    if (Date.now() - this.heardAt > SILENCE_MS) {
      const socket = this.socket
      socket?.close()
      // A dead peer never answers the closing handshake: do not wait for it.
      if (socket) this.closed(socket, 1006)
      return
    }
    this.send({ type: 'ping', at: Date.now() / 1000 })
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return
    this.socket = null
    if (this.pinger) clearInterval(this.pinger)
    if (this.ended) return
    if (code === SESSION_ENDED) {
      this.end()
      return
    }
    this.attempt++
    this.callbacks.onState('lost', this.attempt)
    setTimeout(() => {
      if (!this.ended && !this.socket) this.connect()
    }, reconnectDelay(this.attempt, Math.random))
  }

  /** The session is over: only signing in again helps. */
  private end(): void {
    if (this.ended) return
    this.ended = true
    this.socket?.close()
    this.callbacks.onState('revoked', 0)
  }
}
