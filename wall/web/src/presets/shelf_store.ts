import { computed, ref, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Kept } from './shelf_types'

/** Why something could not be kept, as the page has words for it. */
export type ShelfProblem =
  | { kind: 'changed'; by: string }
  | { kind: 'name_taken' }
  | { kind: 'not_allowed' }
  | { kind: 'gone' }
  | { kind: 'network' }
  | { kind: 'refused'; message: string }

/** One kind of kept thing (presets, tours): what the caller may open, and the ways to change it. */
export class ShelfStore<Item extends Kept, Content extends object> {
  readonly items = shallowRef<Item[]>([])
  readonly loaded = ref(false)
  readonly busy = ref(false)
  readonly problem = shallowRef<ShelfProblem | null>(null)
  readonly own = computed(() => this.items.value.filter((item) => item.area === null))
  readonly shared = computed(() => this.items.value.filter((item) => item.area !== null))

  constructor(
    private readonly api: ApiClient,
    private readonly path: '/presets' | '/tours',
  ) {}

  byId(id: string): Item | undefined {
    return this.items.value.find((item) => item.id === id)
  }

  async load(): Promise<void> {
    await this.attempt(async () => {
      this.items.value = (await this.api.call<{ items: Item[] }>('GET', this.path)).items
      this.loaded.value = true
    })
  }

  /** The thing as the server has it now; null when there is none (any more), or none for the caller. */
  async fetch(id: string): Promise<Item | null> {
    const found = await this.attempt(() => this.api.call<Item>('GET', `${this.path}/${encodeURIComponent(id)}`))
    if (found) this.put(found)
    return found
  }

  /** `area`: where it is shared; null keeps it for oneself. */
  create(name: string, area: string | null, content: Content): Promise<Item | null> {
    return this.keep(() => this.api.call<Item>('POST', this.path, { name, area, ...content }))
  }

  /** Made from the version the page last saw: if somebody was faster, nothing is overwritten. */
  async change(item: Item, change: { name?: string } & Partial<Content>): Promise<Item | null> {
    const path = `${this.path}/${item.id}`
    const kept = await this.keep(() => this.api.call<Item>('PUT', path, { version: item.version, ...change }))
    if (this.problem.value?.kind === 'changed') await this.catchUp(item)
    return kept
  }

  async remove(item: Item): Promise<boolean> {
    const done = await this.attempt(() => this.api.call('DELETE', `${this.path}/${item.id}?version=${item.version}`))
    if (done !== null || this.problem.value?.kind === 'gone') this.items.value = this.items.value.filter(({ id }) => id !== item.id)
    if (this.problem.value?.kind === 'changed') await this.catchUp(item)
    return done !== null
  }

  /** After a conflict: shows what the other one made of it, and says who. */
  private async catchUp(item: Item): Promise<void> {
    const now = await this.fetch(item.id)
    this.problem.value = now ? { kind: 'changed', by: now.updated_by } : { kind: 'gone' }
  }

  private async keep(request: () => Promise<Item>): Promise<Item | null> {
    const kept = await this.attempt(request)
    if (kept) this.put(kept)
    return kept
  }

  private put(item: Item): void {
    const others = this.items.value.filter(({ id }) => id !== item.id)
    const order = (a: Item, b: Item): number =>
      Number(a.area !== null) - Number(b.area !== null) || (a.area ?? '').localeCompare(b.area ?? '') || a.name.localeCompare(b.name, 'zh')
    this.items.value = [...others, item].sort(order)
  }

  private async attempt<T>(request: () => Promise<T>): Promise<T | null> {
    this.busy.value = true
    this.problem.value = null
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = problemOf(error)
      return null
    } finally {
      this.busy.value = false
    }
  }
}

function problemOf({ status, code, where, message }: ApiError): ShelfProblem {
  if (code === 'network') return { kind: 'network' }
  if (status === 404) return { kind: 'gone' }
  if (status === 403) return { kind: 'not_allowed' }
  if (status === 409 && where === 'version') return { kind: 'changed', by: '' }
  if (status === 409 && where === 'name') return { kind: 'name_taken' }
  return { kind: 'refused', message }
}
