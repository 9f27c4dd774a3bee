/** What a decoder calls; given when the decoder is taken, not when it is made. */
export interface DecoderCallbacks {
  output(frame: VideoFrame): void
  error(decoder: VideoDecoder, error: DOMException): void
}

interface Spare {
  key: string
  decoder: VideoDecoder
  callbacks: DecoderCallbacks | null
}

/** How long after a decoder was taken the next spare is made: not while a picture is waited for. */
const AFTER_MS = 400

/**
 * Keeps one decoder ready for the next stream, configured as the last one: cameras of an estate mostly are alike, and
 * to set one up takes longer than to decode a key frame.
 */
export class SpareDecoder {
  private spare: Spare | null = null
  private timer: ReturnType<typeof setTimeout> | null = null

  /** Throws what `configure` throws: the browser has no decoder for this. */
  take(config: VideoDecoderConfig, callbacks: DecoderCallbacks): VideoDecoder {
    const key = JSON.stringify(config)
    const { spare } = this
    const fits = spare?.key === key && spare.decoder.state === 'configured'
    const taken = fits ? spare : make(config, key)
    if (fits) this.spare = null
    taken.callbacks = callbacks
    this.timer ??= setTimeout(() => this.prepare(config, key), AFTER_MS)
    return taken.decoder
  }

  private prepare(config: VideoDecoderConfig, key: string): void {
    this.timer = null
    if (this.spare?.key === key && this.spare.decoder.state === 'configured') return
    if (this.spare && this.spare.decoder.state !== 'closed') this.spare.decoder.close()
    try {
      this.spare = make(config, key)
    } catch {
      // What cannot be configured is said when it is needed.
      this.spare = null
    }
  }
}

function make(config: VideoDecoderConfig, key: string): Spare {
  const decoder = new VideoDecoder({
    output: (frame) => (made.callbacks ? made.callbacks.output(frame) : frame.close()),
    // A spare that fails, or that the browser takes back, is simply not used.
    error: (error) => made.callbacks?.error(decoder, error),
  })
  const made: Spare = { key, decoder, callbacks: null }
  decoder.configure(config)
  return made
}
