import { shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import { addressOf, PLAIN_VIEW, viewOf, type QueueView } from './address'

/** As the server keeps it; `area` null: one's own. */
export interface SavedView {
  id: string
  name: string
  area: string | null
  area_name: string | null
  query: string
  may_change: boolean
  updated_at: number
}

type Old = Pick<Storage, 'getItem' | 'removeItem'>

/** Filters of the desk kept by name with the account, and those shared at its areas. */
export class SavedViews {
  readonly items = shallowRef<readonly SavedView[]>([])
  readonly problem = shallowRef('')

  constructor(
    private readonly api: Pick<ApiClient, 'call'>,
    private readonly account: string,
    private readonly old: Old,
    private readonly words: (error: ApiError) => string = (error) => error.message,
  ) {}

  load(): Promise<boolean> {
    return this.attempt(async () => {
      await this.takeOver()
      await this.ask()
    })
  }

  /** In place of one of that name on the same shelf. */
  keep(name: string, area: string | null, view: QueueView): Promise<boolean> {
    return this.attempt(async () => {
      await this.put(name.trim(), area, view)
      await this.ask()
    })
  }

  /** Nothing that somebody kept anew meanwhile. */
  remove({ id, updated_at }: Pick<SavedView, 'id' | 'updated_at'>): Promise<boolean> {
    return this.attempt(async () => {
      await this.api.call('DELETE', `/case-views/${encodeURIComponent(id)}?updated_at=${updated_at}`)
      await this.ask()
    })
  }

  private async ask(): Promise<void> {
    this.items.value = (await this.api.call<{ items: SavedView[] }>('GET', '/case-views')).items
  }

  private put(name: string, area: string | null, view: QueueView): Promise<unknown> {
    return this.api.call('POST', '/case-views', { name, area, query: addressOf(view, null).split('?')[1] ?? '' })
  }

  /** What this browser kept before views were kept with the account. */
  private async takeOver(): Promise<void> {
    const key = `gridwatch.case-views.${this.account}`
    const kept = this.old.getItem(key)
    if (kept === null) return
    for (const { name, view } of readOld(kept)) await this.put(name, null, view)
    this.old.removeItem(key)
  }

  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.problem.value = ''
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = this.words(error)
      return false
    }
  }
}

function readOld(kept: string): { name: string; view: QueueView }[] {
  try {
    const found: unknown = JSON.parse(kept)
    return Array.isArray(found) ? found.flatMap(readView) : []
  } catch {
    return []
  }
}

function readView(one: unknown): { name: string; view: QueueView }[] {
  if (typeof one !== 'object' || one === null) return []
  const { name, view } = one as { name?: unknown; view?: unknown }
  if (typeof name !== 'string' || !name.trim() || typeof view !== 'object' || view === null) return []
  const words = new URLSearchParams()
  for (const key of Object.keys(PLAIN_VIEW)) {
    const value = (view as Record<string, unknown>)[key]
    if (typeof value === 'string') words.set(key, value)
  }
  return [{ name: name.slice(0, 40), view: viewOf(words.toString()) }]
}
