import { computed, ref, shallowReactive } from 'vue'
import type { ApiClient } from '../api/client'
import type { Case } from '../api/types'
import { isOpen, newer } from '../cases/order'

/** The most the server gives at once. */
const PAGE = 500
/** More open cases than this no room works off; the figure in the strip then counts those that are loaded. */
const OPEN_PAGES = 10
const RECENT_LIMIT = 200
/** A case opened longer ago than this is not news, even if this page hears of it only now. */
const NEWS_SECONDS = 600

/** The cases the caller may see: every open one, and the ended ones as far back as was asked for. */
export class CaseStore {
  readonly byId = shallowReactive(new Map<string, Case>())
  /** Ids of cases that came in while the page was open and were not looked at yet. */
  readonly arrivals = shallowReactive(new Set<string>())
  readonly total = ref(0)
  onArrival: (item: Case) => void = () => {}
  private loaded = false

  readonly open = computed(() => [...this.byId.values()].filter(isOpen))

  constructor(private readonly api: ApiClient) {}

  /** Asks for the present state. Cases that arrived meanwhile are announced like any other. */
  async load(): Promise<void> {
    const [open, recent] = await Promise.all([this.everyOpen(), this.api.cases({ limit: RECENT_LIMIT })])
    this.total.value = recent.total
    const answered = new Set(open.map((item) => item.id))
    // What is open here but not there was ended while we were away and is older than the recent ones.
    for (const item of this.open.value) if (!answered.has(item.id)) this.byId.delete(item.id)
    for (const item of [...recent.items, ...open]) this.apply(item)
    this.loaded = true
  }

  private async everyOpen(): Promise<Case[]> {
    const found: Case[] = []
    for (let page = 0; page < OPEN_PAGES; page++) {
      const last = found[found.length - 1]
      const { items } = await this.api.cases({ state: 'open', limit: PAGE, ...(last ? { before: last.id } : {}) })
      found.push(...items)
      if (items.length < PAGE) break
    }
    return found
  }

  /** Earlier ended cases, a page at a time. Answers whether there may be more. */
  async loadEarlier(): Promise<boolean> {
    let oldest: Case | null = null
    for (const item of this.byId.values()) {
      if (!isOpen(item) && (!oldest || item.opened_at < oldest.opened_at)) oldest = item
    }
    const { items, total } = await this.api.cases({ limit: RECENT_LIMIT, ...(oldest ? { before: oldest.id } : {}) })
    this.total.value = total
    for (const item of items) this.apply(item)
    return items.length === RECENT_LIMIT
  }

  apply(arrived: Case): void {
    const known = this.byId.get(arrived.id)
    const item = newer(known, arrived)
    this.byId.set(item.id, item)
    if (known || !this.loaded || !isOpen(item)) return
    if (Date.now() / 1000 - item.opened_at > NEWS_SECONDS) return
    this.arrivals.add(item.id)
    this.onArrival(item)
  }

  seen(id: string): void {
    this.arrivals.delete(id)
  }
}
