const KEY = 'gridwatch.sound'

/** A soft two-note sound for a new case; silent until the operator switches it on. */
export class Chime {
  private context: AudioContext | null = null
  enabled = localStorage.getItem(KEY) === 'on'

  setEnabled(enabled: boolean): void {
    this.enabled = enabled
    localStorage.setItem(KEY, enabled ? 'on' : 'off')
    if (enabled) this.ring()
  }

  ring(): void {
    if (!this.enabled) return
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
