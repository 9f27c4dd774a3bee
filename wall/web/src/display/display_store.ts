/** The displays an operator may push to, kept up by events; and what is about to be sent to one. */
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Asker, Display, DisplayEvent, Showing } from './display_types'

/** Something on its way to a display: what, and how it is called on the screen. */
export interface Offer {
  showing: Showing
  label: string
}

export interface Outcome {
  display: Display
  leftOut: string[]
  error: ApiError | null
}

const OUTCOME_MS = 12_000

export class DisplayStore {
  readonly byId = shallowReactive(new Map<string, Display>())
  readonly list = computed(() => [...this.byId.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id)))
  /** Looking for a display to be sent to. */
  readonly offered = shallowRef<Offer | null>(null)
  /** How the newest push went. */
  readonly outcome = shallowRef<Outcome | null>(null)
  readonly panelOpen = ref(false)
  private forgetting: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly api: ApiClient,
    private readonly allowed: ReadonlySet<string>,
  ) {}

  get maySee(): boolean {
    return this.allowed.has('display.show')
  }

  get mayManage(): boolean {
    return this.allowed.has('display.manage')
  }

  async load(): Promise<void> {
    if (!this.maySee) return
    const { items } = await this.api.call<{ items: Display[] }>('GET', '/displays')
    const kept = new Set(items.map(({ id }) => id))
    for (const id of this.byId.keys()) if (!kept.has(id)) this.byId.delete(id)
    for (const display of items) this.byId.set(display.id, display)
  }

  apply(event: DisplayEvent): void {
    if (event.what === 'state') {
      const known = this.byId.get(event.display.id)
      if (!known || event.display.version >= known.version) this.byId.set(event.display.id, event.display)
    } else if (event.what === 'removed') this.byId.delete(event.id)
  }

  offer(showing: Showing, label: string): void {
    this.offered.value = { showing, label }
  }

  async show(id: string, showing: Showing): Promise<void> {
    const display = this.byId.get(id)
    if (!display) return
    this.offered.value = null
    try {
      const pushed = await this.api.call<{ display: Display; left_out: string[] }>('PUT', `/displays/${id}/showing`, showing)
      this.apply({ what: 'state', display: pushed.display })
      this.tell({ display: pushed.display, leftOut: pushed.left_out, error: null })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.tell({ display, leftOut: [], error })
    }
  }

  private tell(outcome: Outcome): void {
    this.outcome.value = outcome
    if (this.forgetting) clearTimeout(this.forgetting)
    this.forgetting = setTimeout(() => (this.outcome.value = null), OUTCOME_MS)
  }

  /** Raise `ApiError`. */
  identify = (id: string): Promise<unknown> => this.api.call('POST', `/displays/${id}/identify`)
  reload = (id: string): Promise<unknown> => this.api.call('POST', `/displays/${id}/reload`)
  remove = (id: string): Promise<unknown> => this.api.call('DELETE', `/displays/${id}`)
  lookUp = (code: string): Promise<Asker> => this.api.call('POST', '/displays/look-up', { code })

  async change(id: string, change: { name: string; area: string }): Promise<void> {
    this.apply({ what: 'state', display: await this.api.call<Display>('PATCH', `/displays/${id}`, change) })
  }

  async pair(form: { code: string; name: string; area: string } | { code: string; display: string }): Promise<void> {
    this.apply({ what: 'state', display: await this.api.call<Display>('POST', '/displays', form) })
  }
}
