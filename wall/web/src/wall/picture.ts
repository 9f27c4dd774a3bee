import type { LiveConnection } from '../live/live_connection'

export type DisplayPath = 'generator' | 'worker-track' | 'canvas' | 'none'

/** How this browser can show decoded pictures; `none` where WebCodecs is missing, as on a page not served by https. */
export function displayPath(): DisplayPath {
  if (typeof VideoDecoder === 'undefined') return 'none'
  if (typeof MediaStreamTrackGenerator !== 'undefined') return 'generator'
  // Safari has VideoTrackGenerator in workers only; it can be told from here by the processor beside it.
  if ('MediaStreamTrackProcessor' in globalThis || 'VideoTrackGenerator' in globalThis) return 'worker-track'
  return 'canvas'
}

/** The element a tile shows and the sink behind it. */
export class Picture {
  readonly element: HTMLVideoElement | HTMLCanvasElement
  readonly sink: number

  constructor(
    private readonly connection: LiveConnection,
    path: Exclude<DisplayPath, 'none'>,
    onFailed: () => void,
  ) {
    const listener = { onTrack: (track: MediaStreamTrack) => this.showTrack(track), onSinkFailed: onFailed }
    if (path === 'canvas') {
      const canvas = document.createElement('canvas')
      this.element = canvas
      this.sink = connection.addSink({ kind: 'canvas', canvas: canvas.transferControlToOffscreen() }, listener)
      return
    }
    const video = document.createElement('video')
    video.muted = true
    video.autoplay = true
    video.playsInline = true
    video.disablePictureInPicture = true
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

  /** An element that was moved in the page is paused by the browser. */
  keepPlaying(): void {
    if (!(this.element instanceof HTMLVideoElement) || !this.element.paused || !this.element.isConnected) return
    this.element.play().catch(() => {
      // Interrupted by a move or a removal; the next look a moment later tries again.
    })
  }

  /** Pictures the browser has really put on the screen, where it counts them. */
  get presented(): number | null {
    return this.element instanceof HTMLVideoElement ? this.element.getVideoPlaybackQuality().totalVideoFrames : null
  }

  dispose(): void {
    this.connection.dropSink(this.sink)
    if (this.element instanceof HTMLVideoElement) this.element.srcObject = null
    this.element.remove()
  }
}
