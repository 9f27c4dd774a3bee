import { shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { CaseAction } from '../api/types'
import type { SimilarCase } from './queue_types'

/** What lies beside the case on the desk, and what its viewer may do to it. */
export class BesideStore {
  readonly similar = shallowRef<readonly SimilarCase[] | null>(null)
  readonly allowed = shallowRef<readonly CaseAction[]>([])
  private turn = 0

  constructor(private readonly api: Pick<ApiClient, 'call' | 'case'>) {}

  /** Of several cases asked for one after the other only the newest counts. `anew`: another one than before. */
  async ask(id: string | null, anew: boolean): Promise<void> {
    const turn = ++this.turn
    if (anew) {
      this.similar.value = null
      this.allowed.value = []
    }
    if (id === null) return
    try {
      const [found, detail] = await Promise.all([
        this.api.call<{ items: SimilarCase[] }>('GET', `/cases/${encodeURIComponent(id)}/similar`),
        this.api.case(id),
      ])
      if (turn !== this.turn) return
      this.similar.value = found.items
      this.allowed.value = detail.actions
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (turn === this.turn) this.similar.value = []
    }
  }
}
