import type { Bilingual } from '../api/types'
import { FRAME_MS } from './microphone'
import type { Talk, TalkOptions } from './talk_types'

const HEAD = 4
/** Frames whose time of sending is remembered: five seconds. */
const REMEMBERED = 250

type Said = { type: 'talk'; talk: Talk } | { type: 'heard'; number: number } | { type: 'refused'; text: Bilingual }

export interface LineNews {
  talk(talk: Talk): void
  /** From the mouth until the slowest loudspeaker has taken it, the way back included. */
  latency(ms: number): void
  refused(text: Bilingual): void
  /** The connection is gone; `lost` where the server did not end it. */
  closed(lost: boolean): void
}

/** One live talk: a WebSocket for as long as the key is held. Its end, however it comes, silences the loudspeakers. */
export class LiveLine {
  private readonly socket: WebSocket
  private readonly waiting: Int16Array[] = []
  private readonly sentAt = new Map<number, number>()
  private number = 0
  private over = false

  constructor(url: string, options: TalkOptions, private readonly news: LineNews) {
    this.socket = new WebSocket(url)
    this.socket.binaryType = 'arraybuffer'
    this.socket.onopen = () => {
      this.socket.send(JSON.stringify({ type: 'talk', ...options }))
      for (const frame of this.waiting.splice(0)) this.send(frame)
      if (this.over) this.sayEnd()
    }
    this.socket.onmessage = ({ data }: MessageEvent<string>) => this.read(JSON.parse(data) as Said)
    this.socket.onclose = ({ code }) => news.closed(code !== 1000)
  }

  /** Until the connection stands, half a second is kept. */
  frame(frame: Int16Array): void {
    if (this.over) return
    if (this.socket.readyState === WebSocket.OPEN) this.send(frame)
    else if (this.socket.readyState === WebSocket.CONNECTING) {
      this.waiting.push(frame)
      if (this.waiting.length > 25) this.waiting.shift()
    }
  }

  /** The key was let go: what is on its way is still said. */
  end(): void {
    if (this.over) return
    this.over = true
    if (this.socket.readyState === WebSocket.OPEN) this.sayEnd()
  }

  private sayEnd(): void {
    this.socket.send(JSON.stringify({ type: 'end' }))
  }

  private send(frame: Int16Array): void {
    const message = new ArrayBuffer(HEAD + 2 * frame.length)
    const view = new DataView(message)
    view.setUint32(0, this.number)
    frame.forEach((value, index) => view.setInt16(HEAD + 2 * index, value, true))
    this.socket.send(message)
    this.sentAt.set(this.number, performance.now())
    this.sentAt.delete(this.number - REMEMBERED)
    this.number++
  }

  private read(said: Said): void {
    if (said.type === 'talk') this.news.talk(said.talk)
    else if (said.type === 'refused') this.news.refused(said.text)
    else {
      const sent = this.sentAt.get(said.number)
      if (sent !== undefined) this.news.latency(performance.now() - sent + FRAME_MS)
    }
  }
}
