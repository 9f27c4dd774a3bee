import { ref, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Case, CaseAction } from '../api/types'
import { CAUSE_CODES } from '../detection/detection_types'

/** So long the last thing done can be taken back from here; the server grants a minute. */
export const UNDO_SECONDS = 45
const NO_CAMERA_REASONS = ['untrue', 'repeated', 'elsewhere', 'not_ours', 'settled', 'other'] as const

export interface Done {
  item: Case
  action: CaseAction
  /** What takes it back; null where nothing does. */
  back: [CaseAction, Record<string, string | number>] | null
  /** Why nothing does, as a key below `queue.noUndo`; empty where it can be taken back. */
  final: '' | 'assign' | 'strike-out'
  said: string
  at: number
}

/** What a digit says after `x`: what the camera took for a case, or why a report is none. The last one is in words. */
export function reasonsFor(item: Pick<Case, 'source'>): readonly string[] {
  return item.source === 'camera' ? CAUSE_CODES : NO_CAMERA_REASONS
}

/** How a case is thrown out: in review it is rejected, later struck out, in which case it needs a reason. */
export function rejection(item: Pick<Case, 'state' | 'source'>, code: string, word: string): [CaseAction, Record<string, string>] {
  const action: CaseAction = item.state === 'review' ? 'reject' : 'strike-out'
  if (item.source === 'camera') return [action, { cause: code, ...(code === 'other' ? { word: word.slice(0, 60) } : {}) }]
  return [action, { reason: word }]
}

type Doer = Pick<ApiClient, 'act' | 'candidates'>

/** One thing done to one case after the other, and the last of them taken back. */
export class Triage {
  readonly last = shallowRef<Done | null>(null)
  readonly problem = ref('')
  readonly busy = ref(false)

  constructor(
    private readonly api: Doer,
    private readonly apply: (item: Case) => void,
    private readonly now: () => number,
    private readonly words: (error: ApiError) => string = (error) => error.message,
    private readonly undoing: () => string = () => 'undone',
  ) {}

  confirm = (item: Case): Promise<boolean> => this.act(item, 'confirm', {}, ['take-back', {}])
  merge = (item: Case, of: Case): Promise<boolean> => this.act(item, 'duplicate', { of: of.id }, ['take-back', {}], of.number)
  level = (item: Case, level: number): Promise<boolean> => this.act(item, 'triage', { level }, ['triage', { level: item.level }], String(level))

  reject(item: Case, code: string, word: string): Promise<boolean> {
    const [action, detail] = rejection(item, code, word)
    // A case struck out before anybody was sent is opened again as it was; later on whoever had it no longer has.
    const back: Done['back'] = action === 'reject' ? ['take-back', {}] : item.state === 'filed' ? ['reopen', { reason: this.undoing() }] : null
    return this.act(item, action, detail, back, word)
  }

  /** To whom the server puts first. Answers false, with the reason, where there is nobody. */
  async assignFirst(item: Case, nobody: string): Promise<boolean> {
    let name = ''
    return this.attempt(item, async () => {
      const [first] = await this.api.candidates(item.id)
      if (!first) throw new ApiError(0, 'nobody', nobody)
      name = first.name
      return this.api.act(item.id, 'assign', { worker_id: first.worker_id })
    }, () => ({ action: 'assign', back: null, final: 'assign', said: name }))
  }

  mayUndo(now: number): boolean {
    return this.last.value?.back != null && !this.busy.value && now - this.last.value.at <= UNDO_SECONDS
  }

  /** Answers the case that is as it was, null where nothing was taken back. */
  async undo(): Promise<Case | null> {
    const done = this.last.value
    if (!done?.back || !this.mayUndo(this.now())) return null
    const [action, detail] = done.back
    const back = await this.attempt(done.item, () => this.api.act(done.item.id, action, detail), null)
    if (back) this.last.value = null
    return back ? done.item : null
  }

  private act(item: Case, action: CaseAction, detail: Record<string, string | number>, back: Done['back'], said = ''): Promise<boolean> {
    return this.attempt(item, () => this.api.act(item.id, action, detail), () => ({ action, back, final: back ? '' : 'strike-out', said }))
  }

  private async attempt(item: Case, work: () => Promise<Case>, done: (() => Pick<Done, 'action' | 'back' | 'final' | 'said'>) | null): Promise<boolean> {
    if (this.busy.value) return false
    this.busy.value = true
    try {
      this.apply(await work())
      if (done) this.last.value = { item, at: this.now(), ...done() }
      this.problem.value = ''
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = `${item.number}: ${this.words(error)}`
      return false
    } finally {
      this.busy.value = false
    }
  }
}
