import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Candidate, Case } from '../api/types'
import type { CaseStore } from '../stores/case_store'
import type { WorkerStore } from '../stores/worker_store'
import type { Sent, Way } from './dispatch_types'

export interface Place {
  lon: number
  lat: number
}

/** The way of one who was sent, as it is now. */
export interface Followed {
  caseId: string
  workerId: string
  state: 'waiting' | 'accepted'
  way: Way | null
}

/** No more ways are kept up at once; each is a search of its own. */
const FOLLOWED_MOST = 12
/** A way is asked for anew so long after the last time, if he has moved. */
const EVERY_MS = 5000

export interface Late {
  item: Case
  workerId: string
}

/** Whom to send, how they get there, and who has not answered; shared by map, case card and the bar above. */
export class DispatchStore {
  /** The way pointed at in a list of candidates. */
  readonly pointed = shallowRef<(Way & { workerId: string }) | null>(null)
  readonly followed = shallowReactive(new Map<string, Followed>())
  /** Cases this page has sent somebody to: followed until all are there. */
  private readonly watched = shallowReactive(new Set<string>())
  readonly maySend: boolean
  readonly selectedId = ref<string | null>(null)
  private asking = 0
  private readonly asked = new Map<string, { at: number; from: string }>()

  constructor(
    private readonly api: ApiClient,
    private readonly cases: CaseStore,
    private readonly workers: WorkerStore,
    permissions: ReadonlySet<string>,
  ) {
    this.maySend = permissions.has('case.dispatch')
  }

  /** Open cases somebody has not accepted in time, the oldest first. */
  readonly late = computed<Late[]>(() =>
    this.maySend
      ? this.cases.open.value
          .flatMap((item) => (item.unanswered ?? []).map((workerId) => ({ item, workerId })))
          .sort((a, b) => a.item.opened_at - b.item.opened_at)
      : [],
  )

  /** Who is on his way to the cases that are followed. */
  readonly underWay = computed(() => {
    const found: { item: Case; workerId: string; state: 'waiting' | 'accepted' }[] = []
    for (const id of new Set([...(this.selectedId.value ? [this.selectedId.value] : []), ...this.watched])) {
      const item = this.cases.byId.get(id)
      if (!item || item.lon === null) continue
      if (item.assignee && (item.state === 'assigned' || item.state === 'accepted')) {
        found.push({ item, workerId: item.assignee.id, state: item.state === 'accepted' ? 'accepted' : 'waiting' })
      }
      for (const one of item.companions ?? []) {
        if (one.state !== 'arrived') found.push({ item, workerId: one.id, state: one.state })
      }
    }
    return found.slice(0, FOLLOWED_MOST)
  })

  watchCase(id: string): void {
    this.watched.add(id)
  }

  /** Shows the way of one candidate. What was asked for before and comes later is not shown. */
  async point(workerId: string, to: { caseId: string } | Place): Promise<void> {
    const turn = ++this.asking
    const worker = encodeURIComponent(workerId)
    const path = 'caseId' in to ? `/cases/${encodeURIComponent(to.caseId)}/way/${worker}` : `/workers/${worker}/way?lon=${to.lon}&lat=${to.lat}`
    const way = await this.way(path)
    if (turn === this.asking) this.pointed.value = way && { ...way, workerId }
  }

  unpoint(): void {
    this.asking++
    this.pointed.value = null
  }

  private async way(path: string): Promise<Way | null> {
    try {
      return (await this.api.call<{ way: Way | null }>('GET', path)).way
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return null
    }
  }

  /** Brings the ways that are followed up to where people are now; call it when somebody has moved, and now and then. */
  async keepUp(now: number): Promise<void> {
    const wanted = new Map(this.underWay.value.map((one) => [`${one.item.id} ${one.workerId}`, one]))
    for (const key of this.followed.keys()) {
      if (wanted.has(key)) continue
      this.followed.delete(key)
      this.asked.delete(key)
    }
    await Promise.all(
      [...wanted].map(async ([key, { item, workerId, state }]) => {
        const worker = this.workers.byId.get(workerId)
        const known = this.followed.get(key)
        if (known && known.state !== state) this.followed.set(key, { ...known, state })
        const from = `${worker?.lon},${worker?.lat}`
        const last = this.asked.get(key)
        if (last && (last.from === from || now - last.at < EVERY_MS)) return
        this.asked.set(key, { at: now, from })
        const way = await this.way(`/cases/${encodeURIComponent(item.id)}/way/${encodeURIComponent(workerId)}`)
        if (this.asked.has(key)) this.followed.set(key, { caseId: item.id, workerId, state, way })
      }),
    )
  }

  sent = async (id: string): Promise<Sent[]> => (await this.api.call<{ items: Sent[] }>('GET', `/cases/${encodeURIComponent(id)}/sent`)).items

  candidates = async (id: string, passedOver = false): Promise<Candidate[]> =>
    (await this.api.call<{ items: Candidate[] }>('GET', `/cases/${encodeURIComponent(id)}/candidates${passedOver ? '?passed_over=true' : ''}`)).items

  passedOverAt = async ({ lon, lat }: Place, caseClass: string): Promise<Candidate[]> =>
    (await this.api.call<{ workers: Candidate[] }>('GET', `/near?lon=${lon}&lat=${lat}&passed_over=true&case_class=${encodeURIComponent(caseClass)}`)).workers

  /** Sends the first of these to lead and the others along. Raises ApiError; who was sent by then is on his way. */
  async send(id: string, workers: readonly string[]): Promise<Case> {
    const [lead, ...along] = workers
    let item = await this.api.act(id, 'assign', { worker_id: lead ?? '' })
    this.watchCase(id)
    this.cases.apply(item)
    for (const one of along) {
      item = await this.api.act(id, 'send-along', { worker_id: one })
      this.cases.apply(item)
    }
    return item
  }

  /** In the place of one who is late: of him who leads, or of one sent along. Raises ApiError. */
  async sendInstead({ item, workerId }: Late, next: string): Promise<Case> {
    if (item.assignee?.id === workerId) return this.send(item.id, [next])
    this.cases.apply(await this.api.act(item.id, 'along-withdraw', { worker_id: workerId }))
    const done = await this.api.act(item.id, 'send-along', { worker_id: next })
    this.cases.apply(done)
    return done
  }
}
