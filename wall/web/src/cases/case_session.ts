import { shallowRef, ref, type Ref } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Candidate, CaseAction, CaseWithTrace, TraceCheck } from '../api/types'
import type { CaseStore } from '../stores/case_store'

/** The case on the desk: its trace and candidates, kept up with events, and what is done to it. */
export class CaseSession {
  readonly detail = shallowRef<CaseWithTrace | null>(null)
  readonly candidates = shallowRef<Candidate[]>([])
  readonly problem = ref('')
  readonly busy: Ref<boolean> = ref(false)
  readonly check = shallowRef<TraceCheck | null>(null)
  private asked = 0

  constructor(
    private readonly api: ApiClient,
    private readonly store: CaseStore,
    readonly id: string,
    private readonly maySend: boolean,
  ) {}

  /** Asks for everything anew; of several answers on their way only the newest counts. */
  async refresh(): Promise<void> {
    const turn = ++this.asked
    await this.attempt(async () => {
      const detail = await this.api.case(this.id)
      if (turn !== this.asked) return
      this.detail.value = detail
      this.check.value = null
      const candidates = this.maySend && detail.actions.includes('assign') ? await this.api.candidates(this.id) : []
      if (turn === this.asked) this.candidates.value = candidates
    })
  }

  async act(action: CaseAction, detail: Record<string, string | number> = {}): Promise<boolean> {
    if (this.busy.value) return false
    this.busy.value = true
    const done = await this.attempt(async () => {
      this.store.apply(await this.api.act(this.id, action, detail))
      await this.refresh()
    })
    this.busy.value = false
    return done
  }

  async checkTrace(): Promise<void> {
    await this.attempt(async () => {
      this.check.value = await this.api.traceCheck(this.id)
    })
  }

  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.problem.value = ''
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = error.message || error.code
      return false
    }
  }
}
