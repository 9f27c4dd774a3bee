/** All the page knows, and what it does by itself: sending, asking for tasks, following the patrol. */
import { computed, ref, shallowRef } from 'vue'
import type { Way } from '../dispatch/dispatch_types'
import type { Case, MapFeatures, Me, Town } from '../api/types'
import type { PartyInCase, Suggested } from '../registers/register_types'
import { language } from './language'
import { Outbox, nextIn, passing, type Item, type Kind, type Outcome } from './outbox'
import { PhoneApi, Refusal, signIn, type Patrol } from './phone_api'
import * as db from './phone_db'
import { Tracker, type Fix, type Problem } from './positions'

const ORDERS_EVERY_MS = 20_000
const POSITIONS_EVERY_MS = 60_000
const BATCH = 200

interface Batch {
  account: string
  key: string
  upTo: number
  positions: Fix[]
}
interface Identity {
  token: string
  me: Me
  town: Town
}
export type Kept = { items: Case[]; at: number }

export const ready = ref(false)
export const me = shallowRef<Me | null>(null)
export const town = shallowRef<Town | null>(null)
export const signedOut = ref(false)
export const online = ref(navigator.onLine)
export const orders = shallowRef<Kept>({ items: [], at: 0 })
export const ordersFresh = ref(false)
export const items = shallowRef<Item[]>([])
/** Null until it is known: by what this phone kept, by the server, or by a switch. */
export const duty = ref<boolean | null>(null)
export const here = shallowRef<Fix | null>(null)
export const placeProblem = ref<Problem>(null)
export const resting = ref(false)
export const fixesWaiting = ref(0)
export const patrol = shallowRef<Patrol | null>(null)
export const problem = ref('')
/** Numbers of reports the server has taken, by lane. */
export const numbers = shallowRef<ReadonlyMap<string, string>>(new Map())
export const now = ref(Date.now() / 1000)

let api: PhoneApi | null = null
let timer: ReturnType<typeof setTimeout> | null = null
const seconds = (): number => Date.now() / 1000
const tracker = new Tracker((fix) => void keepFix(fix), (fix) => ((here.value = fix), (resting.value = tracker.still)), (what) => (placeProblem.value = what))

const outbox = new Outbox(
  {
    all: async () => (await db.every<Item>('outbox')).filter((one) => one.account === me.value?.id),
    add: (given) => db.add('outbox', given),
    put: (item) => db.put('outbox', item),
    remove: async (id) => void (await db.remove('outbox', id)),
    caseOf: (lane) => db.kept<string>(`case ${lane}`),
    made: (lane, id) => db.keep(`case ${lane}`, id),
  },
  transmit,
  seconds,
  Math.random,
  (found) => {
    items.value = found
    schedule()
  },
)

/** Signs in, or opens with what the phone knows. */
export async function begin(): Promise<void> {
  const known = await db.kept<Identity>('identity')
  if (known) await enter(known)
  window.addEventListener('online', () => ((online.value = true), void wake(true)))
  window.addEventListener('offline', () => (online.value = false))
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void wake(true))
  setInterval(() => (now.value = seconds()), 1000)
  setInterval(() => document.visibilityState === 'visible' && void refresh(), ORDERS_EVERY_MS)
  setInterval(() => void sendPositions(), POSITIONS_EVERY_MS)
  ready.value = true
}

/** Raises Refusal. */
export async function enterWith(username: string, password: string, code = ''): Promise<void> {
  const token = await signIn(username, password, code)
  const made = new PhoneApi(token, () => undefined)
  const [who, where] = await Promise.all([made.me(), made.town()])
  if (!who.permissions.includes('worker.report')) {
    await made.signOut().catch(() => undefined)
    throw new Refusal(403, 'not a worker')
  }
  const identity = { token, me: who, town: where }
  await db.keep('identity', identity)
  if ('storage' in navigator && navigator.storage.persist) void navigator.storage.persist()
  await enter(identity)
}

async function enter({ token, me: who, town: where }: Identity): Promise<void> {
  api = new PhoneApi(token, () => (signedOut.value = true))
  me.value = who
  town.value = where
  signedOut.value = false
  orders.value = (await db.kept<Kept>(`orders ${who.id}`)) ?? { items: [], at: 0 }
  const kept = await db.kept<boolean>(`duty ${who.id}`)
  if (kept !== undefined) setDuty(kept)
  fixesWaiting.value = await db.count('track')
  await outbox.tell()
  void wake(true)
  void loadMap()
}

export async function leave(): Promise<void> {
  await api?.signOut().catch(() => undefined)
  await db.forget('identity')
  tracker.stop()
  api = null
  me.value = town.value = null
  orders.value = { items: [], at: 0 }
  patrol.value = null
  duty.value = null
}

export async function wake(eager = false): Promise<void> {
  await flush(eager)
  await Promise.all([refresh(), sendPositions()])
}

export async function flush(eager = false): Promise<void> {
  if (!api || signedOut.value) return
  // Two pages of one phone take turns; without locks the keys alone keep things from being done twice.
  const turn = (): Promise<void> => outbox.flush(eager)
  await (navigator.locks ? navigator.locks.request('gridwatch-phone-outbox', turn) : turn())
}

function schedule(): void {
  if (timer !== null) clearTimeout(timer)
  const wait = nextIn(items.value, seconds())
  timer = wait === null ? null : setTimeout(() => void flush(), Math.max(250, wait * 1000))
}

export async function refresh(): Promise<void> {
  const [server, who] = [api, me.value]
  if (!server || !who || signedOut.value) return
  try {
    const asked = steps
    const found = { items: await server.orders(), at: seconds() }
    // What was asked before a step went through does not know of it.
    if (asked !== steps) return await refresh()
    ordersFresh.value = true
    await keepOrders(found)
    await readDuty(server)
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: town.value?.timezone ?? 'Asia/Shanghai' }).format(Date.now())
    patrol.value = await server.patrol(who.id, day)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    ordersFresh.value = false
    // Out of reach with nothing kept: nobody has said that they are on duty.
    duty.value ??= false
  }
}

async function readDuty(server: PhoneApi): Promise<void> {
  if (items.value.some(({ kind }) => kind === 'duty')) return
  const before = switches
  const { duty: on } = await server.duty()
  // What the server knew before a switch made meanwhile is no answer to it.
  if (before === switches && api === server) setDuty(on)
}

async function transmit(item: Item, caseId: string | undefined): Promise<Outcome> {
  if (!api) return { done: false }
  const path = item.path.replace('{case}', encodeURIComponent(caseId ?? item.lane))
  try {
    if (item.file) {
      const form = new FormData()
      form.set('file', item.file, item.fileName ?? 'file')
      form.set('caption', item.caption ?? '')
      form.set('recorded_at', String(item.recordedAt))
      await api.send(path, { method: 'POST', form, key: item.key })
      return { done: true }
    }
    if (item.kind === 'party') {
      await api.send(path, { method: 'POST', json: item.json, key: item.key })
      return { done: true }
    }
    const made = await api.send<Case>(path, { method: 'POST', json: { ...item.json, recorded_at: item.recordedAt }, key: item.key })
    if (item.kind === 'create') {
      numbers.value = new Map([...numbers.value, [item.lane, made.number]])
      return { done: true, caseId: made.id }
    }
    if (item.kind !== 'duty') await stepDone(made)
    return { done: true }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (passing(error.status)) return { done: false }
    return { done: false, refused: error.text?.[language.value] ?? error.message }
  }
}

/** Counts the steps that went through. */
let steps = 0
/** Counts the changes of duty made on this phone. */
let switches = 0

async function keepOrders(found: Kept): Promise<void> {
  orders.value = found
  if (me.value) await db.keep(`orders ${me.value.id}`, found)
}

/** The task as the server answered it, before the step leaves the outbox: it must not look undone in between. */
async function stepDone(task: Case): Promise<void> {
  steps += 1
  const mine = task.assignee?.id === me.value?.id || alongAt(task) !== null
  const next = orders.value.items.flatMap((one) => (one.id !== task.id ? [one] : mine ? [task] : []))
  await keepOrders({ ...orders.value, items: next })
  setTimeout(() => void refresh())
}

export interface Act {
  kind: Kind
  lane: string
  label: string
  json?: Record<string, unknown>
  file?: Blob
  fileName?: string
  caption?: string
}

const PATHS: Partial<Record<Kind, string>> = { create: '/cases', evidence: '/cases/{case}/evidence', voice: '/cases/{case}/evidence', party: '/cases/{case}/parties', duty: '/phone/duty' }

/** Keeps what was done, then sends it when it can. False where the phone has no room for it. */
export async function act(...acts: Act[]): Promise<boolean> {
  const who = me.value
  if (!who) return false
  const at = seconds()
  try {
    await outbox.add(...acts.map((one) => ({ ...one, account: who.id, path: PATHS[one.kind] ?? `/cases/{case}/${one.kind}`, key: newKey(), recordedAt: at })))
    problem.value = ''
  } catch {
    problem.value = 'storageFull'
    return false
  }
  void flush()
  return true
}

export const retry = (item: Item): Promise<void> => outbox.retry(item)
export const discard = (item: Item): Promise<void> => outbox.discard(item)
/** `randomUUID` is there in secure contexts only. */
export const newKey = (): string => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, '0')).join('')

export async function switchDuty(on: boolean): Promise<void> {
  switches += 1
  setDuty(on)
  if (me.value) await db.keep(`duty ${me.value.id}`, on)
  await act({ kind: 'duty', lane: 'duty', label: '', json: { on } })
}

function setDuty(on: boolean): void {
  duty.value = on
  if (me.value) void db.keep(`duty ${me.value.id}`, on)
  if (on) tracker.start()
  else tracker.stop()
}

async function keepFix(fix: Fix): Promise<void> {
  await db.add('track', [{ ...fix, account: me.value?.id }])
  fixesWaiting.value += 1
}

let sendingPositions: Promise<void> | null = null

function sendPositions(): Promise<void> {
  sendingPositions ??= sendBatches().finally(() => (sendingPositions = null))
  return sendingPositions
}

/** A batch keeps its key until it is through, and leaves the phone only then. */
async function sendBatches(): Promise<void> {
  const who = me.value
  if (!api || !who || signedOut.value) return
  let batch = await db.kept<Batch>('batch')
  if (!batch) {
    const waiting = await db.every<Fix & { id: number; account: string }>('track', BATCH)
    if (!waiting.length) return
    const positions = waiting.filter(({ account }) => account === who.id).map(({ lon, lat, accuracy_m, at }) => ({ lon, lat, accuracy_m, at }))
    batch = { account: who.id, key: newKey(), upTo: waiting[waiting.length - 1]?.id ?? 0, positions }
    await db.keep('batch', batch)
  }
  if (batch.account !== who.id) return
  try {
    if (batch.positions.length) await api.send('/phone/positions', { method: 'POST', json: { positions: batch.positions }, key: batch.key })
  } catch (error) {
    if (!(error instanceof Refusal) || passing(error.status)) return
    // Older than a week, or more than the day may have: the server will never take them.
  }
  await db.removeUpTo('track', batch.upTo)
  await db.forget('batch')
  fixesWaiting.value = await db.count('track')
  if (fixesWaiting.value >= BATCH) await sendBatches()
}

/** The town's own map, kept for where there is no signal. */
export const mapGrids = shallowRef<MapFeatures | null>(null)
export const mapBase = shallowRef<ReadonlyMap<string, MapFeatures>>(new Map())

async function loadMap(): Promise<void> {
  const layers = town.value?.base_layers ?? []
  mapGrids.value = (await layerOf('grids', () => api?.grids())) ?? mapGrids.value
  for (const layer of layers) {
    const found = await layerOf(`base ${layer}`, () => api?.base(layer))
    if (found) mapBase.value = new Map([...mapBase.value, [layer, found]])
  }
}

async function layerOf(name: string, load: () => Promise<MapFeatures> | undefined): Promise<MapFeatures | undefined> {
  try {
    const found = await load()
    if (found) await db.keep(`map ${name}`, found)
    return found
  } catch {
    return db.kept<MapFeatures>(`map ${name}`)
  }
}

export async function pictureOf(evidence: string): Promise<Blob | null> {
  try {
    return (await api?.picture(evidence)) ?? null
  } catch {
    return null
  }
}

/** Whom it may be. Raises Refusal. */
export const suggestedAt = async (task: string, text: string): Promise<Suggested[]> => (await api?.suggested(task, text)) ?? []
/** Who was put down there. Raises Refusal. */
export const partiesAt = async (task: string): Promise<PartyInCase[]> => (await api?.met(task)) ?? []

/** The state a task is in once all that waits is sent. */
export const stateOf = (task: Case): string =>
  items.value.reduce((state, { lane, kind, refused }) => {
    if (lane !== task.id || refused !== undefined) return state
    return { accept: 'accepted', arrive: 'arrived', handle: 'handled' }[kind as string] ?? state
  }, ownState(task))

/** How far one has got who was sent along; null where he leads. */
export function alongAt(task: Case): 'waiting' | 'accepted' | 'arrived' | null {
  return task.companions?.find(({ id }) => id === me.value?.id)?.state ?? null
}

function ownState(task: Case): string {
  const along = alongAt(task)
  return along === 'waiting' ? 'assigned' : (along ?? task.state)
}

/** The way there from where one stands; null without a network, or where none by road is known. */
export async function wayTo(task: string): Promise<Way | null> {
  if (!api || !here.value || !online.value) return null
  try {
    return await api.way(task, here.value)
  } catch {
    return null
  }
}

export const openTasks = computed(() => orders.value.items.filter((task) => !items.value.some(({ lane, kind, refused }) => lane === task.id && kind === 'decline' && refused === undefined)))
