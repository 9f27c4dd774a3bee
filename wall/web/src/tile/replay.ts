import { ApiError } from '../api/client'
import type { Clip } from '../api/types'
import { mutedVideo } from '../wall/muted_video'
import { Mp4Error, readMovie, type Movie } from './mp4'
import { cutMovie } from './mp4_cut'

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const
export type Speed = (typeof SPEEDS)[number]
/** How far back an instant replay begins; the rest of the ring lies to the left on the scrubber. */
const BACK_SECONDS = 10
/** Where the file's own pictures cannot be told apart. */
const PLAIN_STEP = 1 / 15
/** Within one picture, whatever the rounding of a seek. */
const INSIDE = 0.001

export type ReplayState =
  | { kind: 'loading' }
  | { kind: 'playing' | 'paused' }
  /** Nothing to play; `message` is the server's. */
  | { kind: 'refused'; message: string }
  /** The file is here, and this browser has no decoder for it. */
  | { kind: 'unplayable'; codec: string }

export interface Marks {
  in: number
  out: number
}

/** The ring's seconds played over a tile. Lives from opening to `stop`; knows nothing of the framework. */
export class Replay {
  readonly video = mutedVideo()
  state: ReplayState = { kind: 'loading' }
  marks: Marks | null = null
  private clip: Clip | null = null
  private movie: Movie | null = null
  private url = ''
  /** Server clock less ours, ms, as of the answer. */
  private ahead = 0
  private stopped = false

  constructor(private readonly onChange: () => void) {
    const { video } = this
    video.onplay = () => this.enter({ kind: 'playing' })
    video.onpause = () => this.enter({ kind: 'paused' })
    video.ontimeupdate = () => this.onChange()
    video.onseeked = () => this.onChange()
    video.onerror = () => {
      if (this.url) this.enter({ kind: 'unplayable', codec: codecName(this.movie?.codec ?? '') })
    }
  }

  /** Answers once the first picture is there or it is known that there will be none. */
  async open(fetching: Promise<Clip>): Promise<void> {
    try {
      this.clip = await fetching
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.enter({ kind: 'refused', message: error.message })
      return
    }
    if (this.stopped) return
    this.ahead = this.clip.now - Date.now()
    this.movie = readOrNull(this.clip.file)
    this.url = URL.createObjectURL(new Blob([this.clip.file], { type: 'video/mp4' }))
    this.video.src = this.url
    await new Promise<void>((resolve) => {
      this.video.addEventListener('loadeddata', () => resolve(), { once: true })
      this.video.addEventListener('error', () => resolve(), { once: true })
    })
    if (this.stopped || this.state.kind === 'unplayable') return
    this.video.currentTime = Math.max(0, this.length - BACK_SECONDS)
    this.play()
  }

  /** Seconds in the file. */
  get length(): number {
    const last = this.movie?.samples.at(-1)
    if (last) return last.at + last.duration
    return Number.isFinite(this.video.duration) ? this.video.duration : 0
  }

  get position(): number {
    return this.video.currentTime
  }

  /** Time of day of the picture on view, Unix ms by the server's clock. */
  get shownAt(): number {
    return this.clip ? this.clip.from + this.position * 1000 : 0
  }

  /** How long ago that was, seconds. */
  ago(now: number): number {
    return Math.max(0, (now + this.ahead - this.shownAt) / 1000)
  }

  play(): void {
    if (this.position >= this.length - 0.05) this.video.currentTime = this.marks?.in ?? 0
    this.video.play().catch(() => {
      // Stopped before it began; the state says which.
    })
  }

  toggle(): void {
    if (this.state.kind === 'playing') this.video.pause()
    else if (this.state.kind === 'paused') this.play()
  }

  seek(seconds: number): void {
    this.video.currentTime = Math.min(Math.max(0, seconds), Math.max(0, this.length - INSIDE))
    this.onChange()
  }

  /** To the next or the previous picture, standing still. */
  step(direction: 1 | -1): void {
    this.video.pause()
    const samples = this.movie?.samples
    if (!samples) {
      this.seek(this.position + direction * PLAIN_STEP)
      return
    }
    const here = samples.findLastIndex((sample) => sample.at <= this.position + INSIDE)
    const to = samples[Math.min(samples.length - 1, Math.max(0, here + direction))]
    if (to) this.seek(to.at + INSIDE)
  }

  get speed(): Speed {
    return SPEEDS.find((speed) => speed === this.video.playbackRate) ?? 1
  }

  set speed(speed: Speed) {
    this.video.playbackRate = speed
    this.onChange()
  }

  /** Marks one end at the picture on view; the other stays, or is the end of the clip. */
  mark(end: keyof Marks): void {
    const marks = this.marks ?? { in: 0, out: this.length }
    const moved = { ...marks, [end]: this.position }
    if (moved.in >= moved.out) moved[end === 'in' ? 'out' : 'in'] = end === 'in' ? this.length : 0
    this.marks = moved
    this.onChange()
  }

  clearMarks(): void {
    this.marks = null
    this.onChange()
  }

  /** The file to keep: between the marks, or all of it; with the time of its first picture, Unix ms. */
  file(): { content: Blob; at: number } | null {
    if (!this.clip) return null
    const { file, from } = this.clip
    if (!this.marks || !this.movie) return { content: new Blob([file], { type: 'video/mp4' }), at: from }
    const cut = cutMovie(file, this.marks.in, this.marks.out)
    return { content: new Blob([cut.file], { type: 'video/mp4' }), at: from + cut.from * 1000 }
  }

  stop(): void {
    this.stopped = true
    const { url } = this
    this.url = ''
    this.video.pause()
    this.video.removeAttribute('src')
    this.video.remove()
    if (url) URL.revokeObjectURL(url)
  }

  private enter(state: ReplayState): void {
    if (this.stopped || this.state.kind === 'unplayable') return
    this.state = state
    this.onChange()
  }
}

function readOrNull(file: ArrayBuffer): Movie | null {
  try {
    const movie = readMovie(file)
    return movie.samples.length > 0 ? movie : null
  } catch (error) {
    if (error instanceof Mp4Error || error instanceof RangeError) return null
    throw error
  }
}

function codecName(entry: string): string {
  if (entry === 'hvc1' || entry === 'hev1') return 'H.265'
  return entry === 'avc1' || entry === 'avc3' ? 'H.264' : entry
}
