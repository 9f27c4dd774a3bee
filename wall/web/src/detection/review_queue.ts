import { computed, reactive, ref, shallowReactive, shallowRef, watch } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Case, CaseAction } from '../api/types'
import type { CaseStore } from '../stores/case_store'

export type Verdict = 'confirm' | 'reject' | 'duplicate'

export interface Judged {
  id: string
  number: string
  action: Verdict
  cause: string
  at: number
}

/** So long the last verdict can be taken back from here; the server grants a minute. */
export const UNDO_SECONDS = 30
const NEAR_M = 150
const MOST_DOUBLES = 9
const METRES_PER_DEGREE = 111_320

/** What waits for a person, one after the other. A verdict does not wait for the server: the next one is there at once,
 * and what was refused comes back into the queue with the reason. */
export class ReviewQueue {
  readonly counts = reactive<Record<Verdict, number>>({ confirm: 0, reject: 0, duplicate: 0 })
  readonly last = shallowRef<Judged | null>(null)
  readonly problem = ref('')
  readonly inArea = shallowRef<(area: string) => boolean>(() => true)
  private readonly underWay = shallowReactive(new Set<string>())
  private readonly currentId = ref<string | null>(null)
  private lastPosition = 0

  /** The oldest first: what comes in meanwhile moves nothing. */
  readonly items = computed(() =>
    [...this.store.byId.values()]
      .filter((item) => item.state === 'review' && !this.underWay.has(item.id) && this.inArea.value(item.grid ?? item.area))
      .sort((a, b) => a.opened_at - b.opened_at || a.number.localeCompare(b.number)),
  )
  readonly position = computed(() => {
    const at = this.items.value.findIndex(({ id }) => id === this.currentId.value)
    return at >= 0 ? at : Math.max(0, Math.min(this.lastPosition, this.items.value.length - 1))
  })
  readonly item = computed<Case | null>(() => this.items.value[this.position.value] ?? null)
  readonly next = computed<Case | null>(() => this.items.value[this.position.value + 1] ?? null)

  constructor(
    private readonly api: Pick<ApiClient, 'act'>,
    private readonly store: Pick<CaseStore, 'byId' | 'apply'>,
    private readonly now: () => number,
  ) {
    // Who else works here may take the one on view: then the one that follows stands in its place.
    watch(this.position, (at) => (this.lastPosition = at), { immediate: true })
  }

  step(by: number): void {
    const wanted = this.items.value[this.position.value + by]
    if (wanted) this.show(wanted.id)
  }

  show(id: string): void {
    this.currentId.value = id
  }

  async judge(action: Verdict, detail: Record<string, string> = {}): Promise<void> {
    const item = this.item.value
    if (!item) return
    const follower = this.items.value[this.position.value + 1] ?? this.items.value[this.position.value - 1]
    this.underWay.add(item.id)
    this.currentId.value = follower?.id ?? null
    const judged = { id: item.id, number: item.number, action, cause: detail['cause'] ?? '', at: this.now() }
    const before = this.last.value
    this.last.value = judged
    if (await this.attempt(item, action, detail)) this.counts[action]++
    else if (this.last.value === judged) this.last.value = before
  }

  /** Whether there is a verdict to take back still. */
  mayUndo(now: number): boolean {
    return this.last.value !== null && !this.underWay.has(this.last.value.id) && now - this.last.value.at <= UNDO_SECONDS
  }

  async undo(): Promise<void> {
    const judged = this.last.value
    const item = judged && this.store.byId.get(judged.id)
    if (!judged || !item || !this.mayUndo(this.now())) return
    this.last.value = null
    if (!(await this.attempt(item, 'take-back', {}))) return
    this.counts[judged.action]--
    this.show(item.id)
  }

  /** What it may be the same thing as: of its class and open first, then of its camera and by distance, newest first. */
  doubles(item: Case): Case[] {
    const found = [...this.store.byId.values()].filter(
      (one) => one.id !== item.id && one.state !== 'invalid' && !this.underWay.has(one.id) && closeness(item, one) <= NEAR_M,
    )
    const other = (one: Case): number => Number(one.case_class !== item.case_class)
    const ended = (one: Case): number => Number(one.state === 'closed')
    return found.sort((a, b) => other(a) - other(b) || ended(a) - ended(b) || closeness(item, a) - closeness(item, b) || b.opened_at - a.opened_at).slice(0, MOST_DOUBLES)
  }

  private async attempt(item: Case, action: CaseAction, detail: Record<string, string>): Promise<boolean> {
    this.underWay.add(item.id)
    try {
      this.store.apply(await this.api.act(item.id, action, detail))
      this.problem.value = ''
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = `${item.number}: ${error.text?.zh && document.documentElement.lang.startsWith('zh') ? error.text.zh : error.message}`
      return false
    } finally {
      this.underWay.delete(item.id)
    }
  }
}

/** Metres between two cases; 0 of one camera, infinity where one has no place. */
export function closeness(a: Case, b: Case): number {
  if (a.camera_id !== null && a.camera_id === b.camera_id) return 0
  if (a.lon === null || a.lat === null || b.lon === null || b.lat === null) return Infinity
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180)
  return Math.hypot(east, a.lat - b.lat) * METRES_PER_DEGREE
}
