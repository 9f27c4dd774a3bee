// Runs in the browser's audio thread: from the microphone's rate to 8 kHz, handed over in frames of 20 ms.

const RATE = 8000
const FRAME = 160
/** Input samples on each side of an output sample, at 48 kHz; more at higher rates. */
const REACH = 24
const CUTOFF_HZ = 3600

/** Any rate to 8 kHz by a windowed sinc: what 8 kHz cannot hold is cut off instead of folding back. */
export class Resampler {
  constructor(rate) {
    this.step = rate / RATE
    this.reach = Math.ceil((REACH * Math.max(rate, 16000)) / 48000)
    this.cutoff = (2 * CUTOFF_HZ) / rate
    this.held = new Float32Array(0)
    /** Where the next output sample lies in what is held. */
    this.at = this.reach
  }

  /** The output samples that are complete by now. */
  take(input) {
    const held = new Float32Array(this.held.length + input.length)
    held.set(this.held)
    held.set(input, this.held.length)
    const out = []
    while (this.at + this.reach < held.length) {
      out.push(this.sample(held, this.at))
      this.at += this.step
    }
    const spent = Math.max(0, Math.floor(this.at) - this.reach)
    this.held = held.slice(spent)
    this.at -= spent
    return out
  }

  sample(held, at) {
    const first = Math.ceil(at - this.reach)
    let sum = 0
    for (let i = Math.max(0, first); i <= at + this.reach; i++) {
      const x = i - at
      const phase = Math.PI * this.cutoff * x
      const sinc = x === 0 ? 1 : Math.sin(phase) / phase
      sum += held[i] * this.cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (this.reach + 1)))
    }
    return sum
  }
}

if (typeof AudioWorkletProcessor !== 'undefined') {
  class Microphone extends AudioWorkletProcessor {
    constructor() {
      super()
      // eslint-disable-next-line no-undef -- of the audio thread
      this.resampler = new Resampler(sampleRate)
      this.waiting = []
    }

    process(inputs) {
      const channel = inputs[0]?.[0]
      if (!channel) return true
      for (const value of this.resampler.take(channel)) this.waiting.push(value)
      while (this.waiting.length >= FRAME) {
        const part = this.waiting.splice(0, FRAME)
        const frame = Int16Array.from(part, (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32767))))
        this.port.postMessage(frame, [frame.buffer])
      }
      return true
    }
  }
  // eslint-disable-next-line no-undef -- of the audio thread
  registerProcessor('gridwatch-microphone', Microphone)
}
