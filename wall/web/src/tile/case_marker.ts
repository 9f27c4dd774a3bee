import { ApiError, type ApiClient } from '../api/client'
import type { Case, Moment } from '../api/types'

export interface CaseForm {
  case_class: string
  level: number
  note: string
  lon: number
  lat: number
  error_m?: number
  camera_id: string
}

export type Stored = { kind: 'none' | 'working' | 'stored' } | { kind: 'failed'; message: string }

export type MarkingState =
  | { kind: 'form'; problem: ApiError | null }
  | { kind: 'working' }
  | { kind: 'done'; made: Case; picture: Stored; clip: Stored }

/**
 * Opens one case and brings its evidence to it. The case is made once: what fails after it is tried again by itself,
 * and never makes a second one.
 */
export class CaseMarker {
  state: MarkingState = { kind: 'form', problem: null }

  constructor(
    private readonly api: Pick<ApiClient, 'makeCase' | 'addPicture' | 'addClip'>,
    private readonly onChange: () => void,
  ) {}

  /** `clip`: seconds held for it, or null for none. */
  async submit(form: CaseForm, picture: { content: Blob; caption: string }, clip: { moment: Moment; caption: string } | null): Promise<void> {
    if (this.state.kind !== 'form') return
    this.enter({ kind: 'working' })
    let made: Case
    try {
      made = await this.api.makeCase(form)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.enter({ kind: 'form', problem: error })
      return
    }
    this.enter({ kind: 'done', made, picture: { kind: 'none' }, clip: { kind: 'none' } })
    // The picture first: it is what is shown first of a case.
    await this.store('picture', () => this.api.addPicture(made.id, picture.content, picture.caption))
    if (clip) await this.store('clip', () => this.api.addClip(made.id, clip.moment.id, clip.caption))
  }

  /** Tries again to bring to the case what failed. */
  async store(part: 'picture' | 'clip', work: () => Promise<unknown>): Promise<void> {
    this.put(part, { kind: 'working' })
    try {
      await work()
      this.put(part, { kind: 'stored' })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.put(part, { kind: 'failed', message: error.message })
    }
  }

  private put(part: 'picture' | 'clip', stored: Stored): void {
    if (this.state.kind === 'done') this.enter({ ...this.state, [part]: stored })
  }

  private enter(state: MarkingState): void {
    this.state = state
    this.onChange()
  }
}
