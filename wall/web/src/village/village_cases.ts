import { shallowReactive } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Case, CaseWithTrace } from '../api/types'
import { compareCases } from '../cases/order'

/** Ended cases stay on view this long, so that the village sees what became of them. */
const ENDED_SECONDS = 3 * 86_400
const SHOWN = 30

/** Which cases a village room shows: the open ones, newest first, then those ended lately. */
export function villageCases(cases: Iterable<Case>, within: (area: string) => boolean, now: number): Case[] {
  return [...cases]
    .filter((item) => within(item.grid ?? item.area) && (item.closed_at === null || now - item.closed_at < ENDED_SECONDS))
    .sort(compareCases)
    .slice(0, SHOWN)
}

/** The traces behind the progress bars: fetched once for each version of a case, a few at a time. */
export class CaseDetails {
  readonly byId = shallowReactive(new Map<string, CaseWithTrace>())
  private readonly asked = new Map<string, number>()
  private waiting: Case[] = []
  private busy = false

  constructor(private readonly api: Pick<ApiClient, 'case'>) {}

  want(cases: readonly Case[]): void {
    this.waiting = cases.filter((item) => (this.asked.get(item.id) ?? 0) < item.version)
    if (!this.busy) void this.work()
  }

  private async work(): Promise<void> {
    this.busy = true
    for (let item = this.waiting.shift(); item; item = this.waiting.shift()) {
      this.asked.set(item.id, item.version)
      try {
        this.byId.set(item.id, await this.api.case(item.id))
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        // Asked again with the next change, or when the page is opened anew.
        this.asked.delete(item.id)
      }
    }
    this.busy = false
  }
}
