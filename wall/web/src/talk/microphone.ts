import { ref } from 'vue'

export const FRAME_MS = 20
const RATE = 8000
export type MicrophoneProblem = 'insecure' | 'denied' | 'missing'

/** Why a browser gives no microphone: to a page without https it does not even have one. */
function problemOf(error: unknown): MicrophoneProblem {
  const name = error instanceof DOMException ? error.name : ''
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'missing'
}

/** The microphone as frames of 20 ms at 8 kHz, 16 bits. `level`: how loud it is just now, 0 to 1. */
export class Microphone {
  readonly level = ref(0)
  onFrame: (frame: Int16Array) => void = () => {}
  private context: AudioContext | null = null
  private stream: MediaStream | null = null
  private opening: Promise<MicrophoneProblem | null> | null = null

  /** Null: it runs. Opened once, however often it is asked for. */
  open(): Promise<MicrophoneProblem | null> {
    this.opening ??= this.begin().then((problem) => {
      if (problem) this.close()
      return problem
    })
    return this.opening
  }

  close(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop()
    void this.context?.close()
    this.context = this.stream = this.opening = null
    this.level.value = 0
  }

  private async begin(): Promise<MicrophoneProblem | null> {
    const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices
    if (!devices || typeof AudioWorkletNode === 'undefined') return 'insecure'
    try {
      this.stream = await devices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } })
      this.context = new AudioContext({ latencyHint: 'interactive' })
      await this.context.audioWorklet.addModule(new URL('./microphone_worklet.js', import.meta.url))
      const node = new AudioWorkletNode(this.context, 'gridwatch-microphone', { numberOfOutputs: 0 })
      node.port.onmessage = ({ data }: MessageEvent<Int16Array>) => this.take(data)
      this.context.createMediaStreamSource(this.stream).connect(node)
      await this.context.resume()
      return null
    } catch (error) {
      return problemOf(error)
    }
  }

  private take(frame: Int16Array): void {
    let sum = 0
    for (const value of frame) sum += value * value
    // From the quietest that is meant (-50 dB) to full.
    const decibels = 10 * Math.log10(sum / frame.length / 32768 ** 2 + 1e-9)
    this.level.value = Math.max(0, Math.min(1, (decibels + 50) / 45))
    this.onFrame(frame)
  }
}

/** A WAV file of 8 kHz. */
export function wavOf(frames: readonly Int16Array[]): Blob {
  const bytes = frames.reduce((sum, frame) => sum + 2 * frame.length, 0)
  const head = new DataView(new ArrayBuffer(44))
  const text = (at: number, word: string): void => [...word].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)))
  text(0, 'RIFF')
  head.setUint32(4, 36 + bytes, true)
  text(8, 'WAVEfmt ')
  head.setUint32(16, 16, true)
  head.setUint16(20, 1, true)
  head.setUint16(22, 1, true)
  head.setUint32(24, RATE, true)
  head.setUint32(28, 2 * RATE, true)
  head.setUint16(32, 2, true)
  head.setUint16(34, 16, true)
  text(36, 'data')
  head.setUint32(40, bytes, true)
  return new Blob([head, ...(frames as Int16Array<ArrayBuffer>[])], { type: 'audio/wav' })
}
