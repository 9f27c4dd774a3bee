const KEY = 'gridwatch.sound'
const LEAST_GAP_MS = 2_000

/** A soft two-note sound for a new case; silent until the operator switches it on. */
export class Chime {
  private context: AudioContext | null = null
  private rangAt = 0
  enabled = localStorage.getItem(KEY) === 'on'

  setEnabled(enabled: boolean): void {
    this.enabled = enabled
    localStorage.setItem(KEY, enabled ? 'on' : 'off')
    if (enabled) this.ring()
  }

  ring(): void {
    // In a flood it would be one long noise.
    if (!this.enabled || Date.now() - this.rangAt < LEAST_GAP_MS) return
    this.rangAt = Date.now()
    const context = (this.context ??= new AudioContext())
    void context.resume()
    this.note(context, 659, 0)
    this.note(context, 880, 0.16)
  }

  private note(context: AudioContext, hertz: number, delay: number): void {
    const start = context.currentTime + delay
    const tone = context.createOscillator()
    const gain = context.createGain()
    tone.frequency.value = hertz
    gain.gain.setValueAtTime(0, start)
    gain.gain.linearRampToValueAtTime(0.12, start + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.5)
    tone.connect(gain).connect(context.destination)
    tone.start(start)
    tone.stop(start + 0.55)
  }
}
