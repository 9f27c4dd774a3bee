import { displayPath } from '../live/display_path'
import type { LiveConnection } from '../live/live_connection'
import { mutedVideo } from './muted_video'
import { SegmentPicture } from './segment_picture'

/** What a tile shows, and the sink behind it. */
export interface PictureView {
  readonly element: HTMLVideoElement | HTMLCanvasElement
  readonly sink: number
  /** Pictures the browser has really put on the screen, where it counts them. */
  readonly presented: number | null
  /** How far what is shown lies behind what has come to the page, ms. */
  readonly behindMs: number
  /** An element that was moved in the page is paused by the browser. */
  keepPlaying(): void
  dispose(): void
}

/** Null where this browser can show nothing. */
export function makePicture(connection: LiveConnection, onFailed: () => void): PictureView | null {
  const path = displayPath()
  if (path === 'none') return null
  return path === 'segments' ? new SegmentPicture(connection, onFailed) : new Picture(connection, path, onFailed)
}

/** Decoded pictures behind a track or on a canvas. */
class Picture implements PictureView {
  readonly behindMs = 0
  readonly element: HTMLVideoElement | HTMLCanvasElement
  readonly sink: number

  constructor(
    private readonly connection: LiveConnection,
    path: 'generator' | 'worker-track' | 'canvas',
    onFailed: () => void,
  ) {
    const listener = { onTrack: (track: MediaStreamTrack) => this.showTrack(track), onSinkFailed: onFailed }
    if (path === 'canvas') {
      const canvas = document.createElement('canvas')
      this.element = canvas
      this.sink = connection.addSink({ kind: 'canvas', canvas: canvas.transferControlToOffscreen() }, listener)
      return
    }
    const video = mutedVideo()
    video.autoplay = true
    this.element = video
    if (path === 'generator' && MediaStreamTrackGenerator) {
      const generator = new MediaStreamTrackGenerator({ kind: 'video' })
      this.sink = connection.addSink({ kind: 'writable', writable: generator.writable }, listener)
      this.showTrack(generator)
    } else {
      this.sink = connection.addSink({ kind: 'track' }, listener)
    }
  }

  private showTrack(track: MediaStreamTrack): void {
    if (this.element instanceof HTMLVideoElement) this.element.srcObject = new MediaStream([track])
    this.keepPlaying()
  }

  keepPlaying(): void {
    if (!(this.element instanceof HTMLVideoElement) || !this.element.paused || !this.element.isConnected) return
    this.element.play().catch(() => {
      // Interrupted by a move or a removal; the next look a moment later tries again.
    })
  }

  get presented(): number | null {
    return this.element instanceof HTMLVideoElement ? this.element.getVideoPlaybackQuality().totalVideoFrames : null
  }

  dispose(): void {
    this.connection.dropSink(this.sink)
    if (this.element instanceof HTMLVideoElement) this.element.srcObject = null
    this.element.remove()
  }
}
