import type { LiveConnection, StreamListener } from '../live/live_connection'
import type { Instead, Profile, StreamNews, StreamStats } from '../live/messages'
import { freshness, STALE_AFTER_MS } from './freshness'
import { makePicture, type PictureView } from './picture'

export type TileState =
  | { kind: 'paused' }
  /** `preview`: a picture of the moments before is on view already. */
  | { kind: 'opening'; preview: boolean }
  | { kind: 'live' }
  /** Not live any more: pictures have stopped coming, or come so late that they show the past. */
  | { kind: 'stale'; why: 'stopped' | 'late' }
  | { kind: 'ended'; reason: string }
  | { kind: 'unplayable'; why: 'insecure' | 'codec'; codec: string }

/** Why a tile that should show the main stream does not. */
export type MainMissing = Instead | 'stalled'

export interface TileStats {
  camera: string
  state: TileState['kind']
  /** What is on view, which may be another than the tile would like. */
  profile: Profile
  transcoded: boolean
  mainMissing: MainMissing
  width: number
  height: number
  shown: number
  presented: number | null
  dropped: number
  lost: number
  decodeErrors: number
  lastFrameAt: number
  latencyMs: number
  /** Time of day of the picture on view, Unix ms by the server's clock; 0 before the first. */
  receivedAt: number
}

/** How long a tile may be out of sight before its stream is closed. */
export const HIDDEN_GRACE_MS = 3_000
/** How often the worker reports. */
const REPORT_MS = 500
/** What the server gives as the reason when rights were withdrawn: then not even the last picture stays. */
export const NOT_ALLOWED = 'not allowed any more'
/** The server's word for a camera of which this browser can decode nothing, transcoded or not. */
const NOTHING_PLAYABLE = 'nothing of this camera can be played by this browser'
/** Pictures are decoded and none has been seen for so long: the element is made anew. */
const REBUILD_AFTER_MS = 6_000
const RETRY_MS = [1_500, 3_000, 6_000, 10_000] as const
/** The server turns to the sub-stream after four seconds without a main stream; this is for when it does not even say so. */
const MAIN_PATIENCE_MS = 6_000
/** A main stream that was refused or stalled is asked for again after so long, while it is wanted. */
const MAIN_AGAIN_MS = 30_000

interface OpenStream {
  number: number
  /** What was asked for, and what the server says it sends. */
  profile: Profile
  sent: Profile
  transcoded: boolean
  begun: boolean
  stats: StreamStats | null
  width: number
  height: number
  openedAt: number
}

/** One camera's picture on the wall, from opening to closing. Knows nothing of the framework. */
export class TileDriver {
  state: TileState = { kind: 'paused' }
  private picture: PictureView | null = null
  /** The stream on view, and the one that will take over from it at its first picture. */
  private current: OpenStream | null = null
  private next: OpenStream | null = null
  private profile: Profile = 'sub'
  private mainMissing: MainMissing = ''
  private mainAgainAt = 0
  private visible = false
  private hiding: ReturnType<typeof setTimeout> | null = null
  private retry: ReturnType<typeof setTimeout> | null = null
  private failures = 0
  private past = { shown: 0, dropped: 0, lost: 0, decodeErrors: 0 }
  private lastFrameAt = 0
  private receivedAt = 0
  /** Pictures the browser has put on the screen, and when their number last grew. */
  private presented = { count: 0, at: 0 }
  private holdsPicture = false

  constructor(
    private readonly connection: LiveConnection,
    readonly camera: string,
    private readonly host: HTMLElement,
    private readonly onState: (state: TileState) => void,
  ) {}

  setVisible(visible: boolean): void {
    if (visible === this.visible) return
    this.visible = visible
    if (this.hiding) clearTimeout(this.hiding)
    this.hiding = null
    if (visible) {
      if (!this.current) this.start()
    } else {
      this.hiding = setTimeout(() => this.pause(), HIDDEN_GRACE_MS)
    }
  }

  /** The main stream takes over when its first picture is there; until then the sub-stream stays. */
  setProfile(profile: Profile): void {
    if (profile === this.profile) return
    this.profile = profile
    this.mainMissing = ''
    if (!this.current || !this.picture) return
    this.closeNext()
    if (this.current.profile === profile || this.current.sent === profile) return
    this.next = this.openStream(this.picture, profile)
  }

  /** The sub-stream stays, or comes back, and the tile says why. */
  private giveUpMain(why: MainMissing): void {
    this.mainMissing = why
    this.mainAgainAt = Date.now() + MAIN_AGAIN_MS
    if (this.next?.profile === 'main') this.closeNext()
  }

  /** Looks after the main stream where it is wanted: gives up what does not come, and asks again later. */
  private watchMain(now: number): void {
    if (this.profile !== 'main' || !this.current?.begun || !this.picture) return
    if (this.next) {
      if (this.next.profile === 'main' && now - this.next.openedAt > MAIN_PATIENCE_MS) this.giveUpMain('late')
      return
    }
    if (this.current.sent === 'main') {
      if (this.silence(now) <= STALE_AFTER_MS || this.current.profile === 'sub') return
      this.giveUpMain('stalled')
      this.next = this.openStream(this.picture, 'sub')
    } else if (this.mainMissing !== 'codec' && now > this.mainAgainAt) {
      this.next = this.openStream(this.picture, 'main')
    }
  }

  /** The camera came back: do not sit out the wait. */
  retryNow(): void {
    if (this.retry && this.visible) this.start()
  }

  /** To be called about twice a second. `now`: Unix ms. */
  tick(now: number): void {
    this.picture?.keepPlaying()
    this.watchPresented(now)
    const stream = this.current
    if (!stream?.begun) {
      if (stream && now - stream.openedAt > 15_000) this.reopen()
      return
    }
    this.watchMain(now)
    const found = freshness(this.silence(now), this.delay())
    if (found === 'fresh') {
      if (this.state.kind === 'stale') this.enter({ kind: 'live' })
    } else if (this.silence(now) > REBUILD_AFTER_MS && this.decodedSilence(now) < STALE_AFTER_MS) {
      this.rebuild()
    } else if (found === 'reopen') {
      if (now - stream.openedAt > 15_000) this.reopen()
    } else if (this.state.kind !== 'stale' || this.state.why !== found) {
      this.enter({ kind: 'stale', why: found })
    }
  }

  /** Decoded is not yet seen: an element or track that died holds its last picture for ever. */
  private watchPresented(now: number): void {
    const count = this.picture?.presented ?? null
    const unseen = document.hidden || this.picture?.element.checkVisibility({ visibilityProperty: true }) === false
    if (count === null || unseen || count !== this.presented.count) this.presented = { count: count ?? 0, at: now }
  }

  /** Ms since the last picture that can have been seen. */
  private silence(now: number): number {
    return Math.max(this.decodedSilence(now), now - Math.max(this.presented.at, this.current?.openedAt ?? 0))
  }

  /** Ms since the last picture. The worker's report is exact, but half a second old; without one nothing came. */
  private decodedSilence(now: number): number {
    const stats = this.current?.stats
    const reported = stats && stats.lastFrameAt > 0 && now - stats.at < 2 * REPORT_MS
    return Math.max(0, reported ? stats.at - stats.lastFrameAt : now - this.lastFrameAt)
  }

  /** How old a picture is when it is seen. */
  private delay(): number {
    return (this.current?.stats?.latencyMs ?? 0) + (this.picture?.behindMs ?? 0)
  }

  stats(): TileStats {
    const now = this.current?.stats
    return {
      camera: this.camera,
      state: this.state.kind,
      profile: this.current?.sent ?? 'sub',
      transcoded: this.current?.transcoded ?? false,
      mainMissing: this.profile === 'main' ? this.mainMissing : '',
      width: this.current?.width ?? 0,
      height: this.current?.height ?? 0,
      shown: this.past.shown + (now?.shown ?? 0),
      presented: this.picture?.presented ?? null,
      dropped: this.past.dropped + (now?.dropped ?? 0),
      lost: this.past.lost + (now?.lost ?? 0),
      decodeErrors: this.past.decodeErrors + (now?.decodeErrors ?? 0),
      lastFrameAt: this.lastFrameAt,
      latencyMs: now ? this.delay() : 0,
      receivedAt: this.receivedAt,
    }
  }

  /** How old the picture on view is, from its receipt by the server, ms; null before the first. */
  pictureAge(now: number): number | null {
    if (this.lastFrameAt === 0) return null
    return this.silence(now) + this.delay()
  }

  get element(): HTMLVideoElement | HTMLCanvasElement | null {
    return this.picture?.element ?? null
  }

  /** The element holds a picture of this camera, were it only the last one. */
  get keepsPicture(): boolean {
    return this.holdsPicture && this.picture !== null
  }

  dispose(): void {
    if (this.hiding) clearTimeout(this.hiding)
    this.stopStreams()
    this.dropPicture()
  }

  private start(): void {
    this.stopStreams()
    if (!this.picture) {
      this.picture = makePicture(this.connection, () => this.rebuild())
      if (this.picture) this.host.append(this.picture.element)
    }
    if (!this.picture) {
      this.enter({ kind: 'unplayable', why: globalThis.isSecureContext ? 'codec' : 'insecure', codec: 'WebCodecs' })
      return
    }
    if (this.state.kind !== 'stale') this.enter({ kind: 'opening', preview: false })
    this.current = this.openStream(this.picture, 'sub')
    if (this.profile === 'main') this.next = this.openStream(this.picture, 'main')
  }

  private pause(): void {
    this.stopStreams()
    this.enter({ kind: 'paused' })
  }

  private rebuild(): void {
    this.dropPicture()
    if (this.visible) this.start()
  }

  private dropPicture(): void {
    this.picture?.dispose()
    this.picture = null
    this.holdsPicture = false
  }

  private reopen(): void {
    this.failures = 0
    this.start()
  }

  private openStream(picture: PictureView, profile: Profile): OpenStream {
    const stream: OpenStream = {
      number: -1,
      profile,
      sent: profile,
      transcoded: false,
      begun: false,
      stats: null,
      width: 0,
      height: 0,
      openedAt: Date.now(),
    }
    const listener: StreamListener = {
      onStream: (news) => this.fromServer(stream, news),
      onPreview: () => this.previewed(stream),
      onFirstFrame: () => this.begin(stream),
      onUnplayable: (codec) => this.cannotPlay(stream, codec),
      onStats: (stats) => {
        stream.stats = stats
        if (stream !== this.current || stats.receivedAt === 0) return
        this.lastFrameAt = Math.max(this.lastFrameAt, stats.lastFrameAt)
        this.receivedAt = stats.receivedAt
      },
    }
    stream.number = this.connection.open(this.camera, profile, picture.sink, listener)
    return stream
  }

  private previewed(stream: OpenStream): void {
    if (stream === this.current && this.state.kind === 'opening') this.enter({ kind: 'opening', preview: true })
  }

  private begin(stream: OpenStream): void {
    stream.begun = true
    if (stream === this.next) {
      this.closeCurrent()
      this.current = stream
      this.next = null
    }
    if (stream !== this.current) return
    if (stream.sent === 'main') this.mainMissing = ''
    this.failures = 0
    this.lastFrameAt = Date.now()
    this.presented.at = this.lastFrameAt
    this.holdsPicture = true
    this.enter({ kind: 'live' })
  }

  private fromServer(stream: OpenStream, news: StreamNews): void {
    stream.sent = news.profile
    stream.transcoded = news.transcoded
    // The server has turned from the main stream asked for to what is on view already: that serves.
    if (stream.profile === 'main' && news.profile === 'sub' && news.state !== 'ended') this.giveUpMain(news.instead || 'refused')
    if (news.state === 'live') {
      stream.width = news.width
      stream.height = news.height
    } else if (news.state === 'ended') {
      this.ended(stream, news.reason)
    }
  }

  private ended(stream: OpenStream, reason: string): void {
    if (stream === this.next) {
      if (stream.profile === 'main') this.giveUpMain('refused')
      else this.closeNext()
      return
    }
    if (stream !== this.current) return
    this.stopStreams()
    if (reason === NOT_ALLOWED) this.dropPicture()
    if (reason === NOTHING_PLAYABLE) {
      this.enter({ kind: 'unplayable', why: 'codec', codec: 'H.265' })
      return
    }
    this.enter({ kind: 'ended', reason })
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? RETRY_MS[0]
    this.failures++
    this.retry = setTimeout(() => {
      if (this.visible) this.start()
    }, wait)
  }

  private cannotPlay(stream: OpenStream, codec: string): void {
    if (stream === this.next) {
      this.giveUpMain('codec')
      this.closeNext()
    } else if (stream === this.current) {
      this.stopStreams()
      this.enter({ kind: 'unplayable', why: 'codec', codec })
    }
  }

  private stopStreams(): void {
    if (this.retry) clearTimeout(this.retry)
    this.retry = null
    this.closeNext()
    this.closeCurrent()
  }

  private closeNext(): void {
    if (this.next) this.connection.close(this.next.number)
    this.next = null
  }

  private closeCurrent(): void {
    if (!this.current) return
    this.connection.close(this.current.number)
    const { stats } = this.current
    if (stats) {
      this.past.shown += stats.shown
      this.past.dropped += stats.dropped
      this.past.lost += stats.lost
      this.past.decodeErrors += stats.decodeErrors
    }
    this.current = null
  }

  private enter(state: TileState): void {
    this.state = state
    this.onState(state)
  }
}
