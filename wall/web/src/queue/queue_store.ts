import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Case } from '../api/types'
import type { CasePage } from './queue_types'

const PAGE = 100
/** New ones asked for at a time. */
const HEAD = 50
/** Rows kept; whoever looks further narrows the filter. The page shows a screenful of them at a time. */
export const MOST_ROWS = 20_000
export const MOST_MARKED = 500

export type Asker = Pick<ApiClient, 'call'>

/** The rows of one view of the queue, loaded as far as was scrolled, and which of them are marked. */
export class QueueStore {
  readonly rows = shallowRef<readonly Case[]>([])
  readonly total = ref(0)
  readonly exact = ref(true)
  readonly loading = ref(false)
  readonly problem = ref('')
  readonly marked = shallowReactive(new Set<string>())
  /** New ones put on top since the list was last at its top. */
  readonly above = ref(0)
  readonly ended = computed(() => this.next.value === null || this.rows.value.length >= MOST_ROWS)
  private readonly next = ref<string | null>(null)
  private readonly known = new Set<string>()
  private query = new URLSearchParams()
  private turn = 0

  constructor(
    private readonly api: Asker,
    private readonly words: (error: ApiError) => string = (error) => error.message,
  ) {}

  /** Asks for the view anew; of several answers on their way only the newest counts. */
  async load(query: URLSearchParams): Promise<void> {
    const turn = ++this.turn
    this.query = query
    this.loading.value = true
    const page = await this.ask({ limit: PAGE }, turn)
    if (turn !== this.turn) return
    this.loading.value = false
    if (!page) return
    this.known.clear()
    this.marked.clear()
    this.above.value = 0
    this.rows.value = this.unknown(page.items)
    this.take(page)
  }

  /** The page after, when the end comes into view. */
  async more(): Promise<void> {
    const cursor = this.next.value
    if (cursor === null || this.loading.value || this.rows.value.length >= MOST_ROWS) return
    const turn = this.turn
    this.loading.value = true
    const page = await this.ask({ limit: PAGE, cursor }, turn)
    if (turn !== this.turn) return
    this.loading.value = false
    if (!page) return
    this.rows.value = [...this.rows.value, ...this.unknown(page.items)]
    this.take(page)
  }

  /** What has come in since, by the server's own filter. Answers how many were put on top; the rest keeps its order. */
  async head(): Promise<number> {
    if (this.query.get('sort') !== 'opened') return 0
    const turn = this.turn
    const page = await this.ask({ limit: HEAD }, turn)
    if (turn !== this.turn || !page) return 0
    const newest = this.rows.value[0]
    const fresh = this.unknown(page.items.filter((one) => !newest || one.opened_at >= newest.opened_at))
    if (fresh.length) this.rows.value = [...fresh, ...this.rows.value]
    this.total.value = page.total
    this.exact.value = page.total_exact
    this.above.value += fresh.length
    return fresh.length
  }

  /** Takes over how a case is now; its row stays where it is. */
  apply(now: Case): void {
    const at = this.rows.value.findIndex(({ id }) => id === now.id)
    if (at >= 0) this.rows.value = this.rows.value.with(at, now)
  }

  mark(id: string, on = !this.marked.has(id)): void {
    if (!on) this.marked.delete(id)
    else if (this.marked.size < MOST_MARKED) this.marked.add(id)
  }

  /** Everything the filter finds, up to MOST_MARKED, loaded or not. */
  async markAll(): Promise<void> {
    const page = await this.ask({ limit: MOST_MARKED }, this.turn)
    for (const { id } of page?.items ?? []) this.mark(id, true)
  }

  private take(page: CasePage): void {
    this.total.value = page.total
    this.exact.value = page.total_exact
    this.next.value = page.next
  }

  private unknown(items: readonly Case[]): Case[] {
    const found = items.filter(({ id }) => !this.known.has(id))
    for (const { id } of found) this.known.add(id)
    return found
  }

  private async ask(more: Record<string, string | number>, turn: number): Promise<CasePage | null> {
    const words = new URLSearchParams(this.query)
    for (const [name, value] of Object.entries(more)) words.set(name, String(value))
    try {
      const page = await this.api.call<CasePage>('GET', `/cases?${words}`)
      this.problem.value = ''
      return page
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (turn === this.turn) this.problem.value = this.words(error)
      return null
    }
  }
}
