import type { SinkTarget } from './messages'

/** Takes over each frame it is given: shows it or closes it, never keeps more than two. */
export interface FrameSink {
  show(frame: VideoFrame): void
  close(): void
}

/** Writes to a track behind a `<video>`. While a write is under way only the newest frame waits. */
class TrackSink implements FrameSink {
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>
  private waiting: VideoFrame | null = null
  private busy = false
  private closed = false

  constructor(
    writable: WritableStream<VideoFrame>,
    private readonly onFailed: () => void,
  ) {
    this.writer = writable.getWriter()
  }

  show(frame: VideoFrame): void {
    if (this.closed) {
      frame.close()
      return
    }
    if (this.busy) {
      this.waiting?.close()
      this.waiting = frame
      return
    }
    void this.write(frame)
  }

  private async write(first: VideoFrame): Promise<void> {
    this.busy = true
    let frame: VideoFrame | null = first
    while (frame && !this.closed) {
      try {
        await this.writer.write(frame)
      } catch {
        // The track ended under us (its element was taken away, or the GPU process died).
        frame.close()
        this.close()
        this.onFailed()
        return
      }
      frame = this.waiting
      this.waiting = null
    }
    frame?.close()
    this.busy = false
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.waiting?.close()
    this.waiting = null
    this.writer.close().catch(() => {
      // Already ended: nothing left to end.
    })
  }
}

/** Draws on a canvas handed over by the page, for browsers without track generators. */
class CanvasSink implements FrameSink {
  private readonly context: OffscreenCanvasRenderingContext2D | null

  constructor(private readonly canvas: OffscreenCanvas) {
    this.context = canvas.getContext('2d', { alpha: false, desynchronized: true })
  }

  show(frame: VideoFrame): void {
    if (this.canvas.width !== frame.displayWidth) this.canvas.width = frame.displayWidth
    if (this.canvas.height !== frame.displayHeight) this.canvas.height = frame.displayHeight
    this.context?.drawImage(frame, 0, 0)
    frame.close()
  }

  close(): void {
    this.context?.clearRect(0, 0, this.canvas.width, this.canvas.height)
  }
}

export interface SinkCallbacks {
  onTrack(track: MediaStreamTrack): void
  onFailed(): void
}

export function makeSink(target: Exclude<SinkTarget, { kind: 'segments' }>, callbacks: SinkCallbacks): FrameSink {
  switch (target.kind) {
    case 'writable':
      return new TrackSink(target.writable, callbacks.onFailed)
    case 'canvas':
      return new CanvasSink(target.canvas)
    case 'track': {
      if (typeof VideoTrackGenerator === 'undefined') throw new Error('VideoTrackGenerator is missing in the worker')
      const generator = new VideoTrackGenerator()
      callbacks.onTrack(generator.track)
      return new TrackSink(generator.writable, callbacks.onFailed)
    }
  }
}
