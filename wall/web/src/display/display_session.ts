/** A browser's life as a display: asked to be paired, told what to show, never in need of a hand. */
import { ApiError, type ApiClient } from '../api/client'
import type { HealthReport, Instructions } from './display_types'

export type DisplayState =
  | { kind: 'starting' }
  /** `code` null: none yet, the server does not answer or is asked too often. */
  | { kind: 'pairing'; code: string | null; expiresAt: number }
  | { kind: 'showing'; instructions: Instructions }

const POLL_MS = 2_000
const RETRY_MS = 3_000
export const REPORT_MS = 5_000
/** Asked for anyway so often: it keeps the session, and tells of a tour that was changed. */
const REFRESH_MS = 60_000

export interface DisplaySurroundings {
  /** In device pixels, as `3840x1080`. */
  screen: () => string
  reload: () => void
  later: (run: () => void, ms: number) => () => void
}

/** `start` once. All that goes wrong is tried again for ever. */
export class DisplaySession {
  state: DisplayState = { kind: 'starting' }
  onState: (state: DisplayState) => void = () => {}
  /** What the display would report now. */
  health: (version: number) => HealthReport | null = () => null
  private ui = ''
  /** A former life's answers and timers are not this one's. */
  private life = 0
  private timers = new Set<() => void>()

  constructor(
    private readonly api: ApiClient,
    private readonly around: DisplaySurroundings,
  ) {
    api.onUnauthorised = () => {
      if (this.state.kind === 'showing') this.leave()
    }
  }

  start(): void {
    void this.enter(this.begin())
  }

  stop(): void {
    this.begin()
  }

  /** The session behind the display is over: whoever removed it wants no more pictures. */
  leave(): void {
    void this.pair(this.begin())
  }

  /** What is to be shown may have changed. */
  refresh(): void {
    if (this.state.kind === 'showing') void this.read(this.life)
  }

  reload(): void {
    this.around.reload()
  }

  private begin(): number {
    for (const cancel of this.timers) cancel()
    this.timers.clear()
    return ++this.life
  }

  private after(ms: number, life: number, run: () => void): void {
    const cancel = this.around.later(() => {
      this.timers.delete(cancel)
      if (life === this.life) run()
    }, ms)
    this.timers.add(cancel)
  }

  private set(state: DisplayState): void {
    this.state = state
    this.onState(state)
  }

  private async enter(life: number): Promise<void> {
    const answer = await this.tried(this.api.call<Instructions>('GET', '/display'))
    if (life !== this.life) return
    if (answer instanceof ApiError) {
      if (answer.status === 401 || answer.status === 404) void this.pair(life)
      else this.after(RETRY_MS, life, () => void this.enter(life))
      return
    }
    this.set({ kind: 'showing', instructions: answer })
    this.beat(life)
    this.after(REFRESH_MS, life, () => this.freshen(life))
  }

  private freshen(life: number): void {
    void this.read(life)
    this.after(REFRESH_MS, life, () => this.freshen(life))
  }

  private async read(life: number): Promise<void> {
    const answer = await this.tried(this.api.call<Instructions>('GET', '/display'))
    if (life !== this.life || this.state.kind !== 'showing') return
    if (answer instanceof ApiError) {
      if (answer.status === 404) this.leave()
      // Else it is asked again at the next report at the latest; what is on view stays.
      return
    }
    // Answers may overtake each other.
    if (answer.version >= this.state.instructions.version) this.set({ kind: 'showing', instructions: answer })
  }

  private beat(life: number): void {
    void this.report(life)
    this.after(REPORT_MS, life, () => this.beat(life))
  }

  private async report(life: number): Promise<void> {
    if (this.state.kind !== 'showing') return
    const { version } = this.state.instructions
    const health = this.health(version)
    if (!health) return
    const answer = await this.tried(this.api.call<{ version: number; ui: string }>('POST', '/display/report', health))
    if (life !== this.life || this.state.kind !== 'showing' || answer instanceof ApiError) return
    if (this.ui && answer.ui && answer.ui !== this.ui) this.around.reload()
    this.ui = answer.ui || this.ui
    if (answer.version > this.state.instructions.version) void this.read(life)
  }

  private async pair(life: number): Promise<void> {
    const answer = await this.tried(
      this.api.call<{ code: string; expires_at: number }>('POST', '/display/pairing', { screen: this.around.screen() }),
    )
    if (life !== this.life) return
    if (answer instanceof ApiError) {
      this.set({ kind: 'pairing', code: null, expiresAt: 0 })
      this.after(answer.status === 429 ? 5 * RETRY_MS : RETRY_MS, life, () => void this.pair(life))
      return
    }
    this.set({ kind: 'pairing', code: answer.code, expiresAt: answer.expires_at })
    this.after(POLL_MS, life, () => void this.poll(life))
  }

  private async poll(life: number): Promise<void> {
    const answer = await this.tried(this.api.call<{ state: 'waiting' | 'paired' | 'expired' }>('POST', '/display/pairing/poll'))
    if (life !== this.life) return
    if (answer instanceof ApiError || answer.state === 'waiting') this.after(POLL_MS, life, () => void this.poll(life))
    else if (answer.state === 'expired') void this.pair(life)
    else void this.enter(life)
  }

  private async tried<T>(request: Promise<T>): Promise<T | ApiError> {
    try {
      return await request
    } catch (error) {
      if (error instanceof ApiError) return error
      throw error
    }
  }
}
