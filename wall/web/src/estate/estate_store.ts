import { computed, inject, ref, shallowReactive, shallowRef, watch, type InjectionKey } from 'vue'
import { ApiError } from '../api/client'
import type { Area } from '../api/types'
import { lieIn } from '../stores/area_tree'
import type { Room } from '../stores/room'
import { rowOf, type EstateRow, type RowFilter } from './estate_rows'
import type {
  AccountEntry,
  Applied,
  CameraCheck,
  Changed,
  CheckRun,
  ChosenDevice,
  Discovery,
  DiscoveryRequest,
  EstateCamera,
  ImportOptions,
  ImportPreview,
  NetworkInterface,
} from './estate_types'

const POLL_MS = 1000

/** Everything the pages of the estate know. Made when they are opened, stopped when they are left. Methods raise `ApiError`. */
export class EstateStore {
  readonly cameras = shallowReactive(new Map<string, EstateCamera>())
  /** The newest check of each camera. */
  readonly checks = shallowReactive(new Map<string, CameraCheck>())
  readonly checkRun = shallowRef<CheckRun | null>(null)
  readonly discovery = shallowRef<Discovery | null>(null)
  readonly accounts = shallowRef<AccountEntry[]>([])
  readonly loaded = ref(false)
  /** Ingest workers that could not follow the last change yet, and why. */
  readonly unsettled = shallowRef<readonly string[]>([])
  /** What another page asked the table of cameras to show; asked once. */
  asked: Partial<RowFilter> = {}
  /** The camera whose form stands open. */
  readonly opened = ref<string | null>(null)
  readonly rows = computed<EstateRow[]>(() => {
    const names = this.areaNames.value
    return [...this.cameras.values()].map((camera) =>
      rowOf(camera, this.room.cameras.byId.get(camera.id), this.checks.get(camera.id) ?? null, names(camera.area)),
    )
  })
  /** Where a camera may belong: villages, and the town itself. */
  readonly villages = computed(() => this.room.areas.value.filter(({ level }) => level === 'village' || level === 'town'))
  private readonly areaNames = computed(() => {
    const byCode = new Map(this.room.areas.value.map((area) => [area.code, area]))
    return (code: string): string => {
      const area = byCode.get(code)
      return area ? this.nameOf(area) : code
    }
  })
  private readonly stopWatching: () => void
  private timers = new Set<ReturnType<typeof setTimeout>>()
  private stopped = false

  constructor(
    readonly room: Room,
    private readonly nameOf: (area: Area) => string,
  ) {
    this.stopWatching = watch(room.camerasLoaded, () => void this.orNone(this.load(), 'any'))
  }

  /** Imports, searches, credentials and checks are of the whole town; single cameras are anybody's who manages their area. */
  get wholeTown(): boolean {
    const { me, town, areas } = this.room
    return me.roles.some(({ role, area }) => role === 'administrator' && (area === town.area || lieIn(area, areas.value)(town.area)))
  }

  async load(): Promise<void> {
    const { items } = await this.room.api.call<{ items: EstateCamera[] }>('GET', '/estate/cameras')
    const there = new Set(items.map(({ id }) => id))
    for (const id of this.cameras.keys()) if (!there.has(id)) this.cameras.delete(id)
    for (const camera of items) {
      this.cameras.set(camera.id, camera)
      if (camera.check) this.checks.set(camera.id, camera.check)
    }
    this.loaded.value = true
  }

  // --- tables

  async preview(file: File, options: ImportOptions): Promise<ImportPreview> {
    const form = new FormData()
    form.set('file', file)
    for (const [key, value] of Object.entries(options)) form.set(key, String(value))
    return this.room.api.upload<ImportPreview>('/estate/import', form)
  }

  async apply(preview: ImportPreview, leaveOutFaulty: boolean): Promise<Applied> {
    const applied = await this.room.api.call<Applied>('POST', `/estate/import/${encodeURIComponent(preview.id)}/apply`, { leave_out_faulty: leaveOutFaulty })
    this.unsettled.value = applied.unsettled
    await Promise.all([this.load(), this.loadAccounts()])
    return applied
  }

  file = (name: 'export.csv' | 'export.xlsx' | 'template.xlsx'): Promise<Blob> => this.room.api.file(`/estate/${name}`)

  // --- devices

  interfaces = (): Promise<{ items: NetworkInterface[]; allowed_networks: string[] }> => this.room.api.call('GET', '/estate/interfaces')

  async search(wanted: DiscoveryRequest): Promise<void> {
    this.discovery.value = await this.room.api.call<Discovery>('POST', '/estate/discovery', wanted)
    this.followSearch()
  }

  async stopSearch(): Promise<void> {
    this.discovery.value = await this.room.api.call<Discovery>('DELETE', '/estate/discovery')
  }

  /** The search that runs, or the last one; nothing where there was none. */
  async loadSearch(): Promise<void> {
    this.discovery.value = await this.orNone(this.room.api.call<Discovery>('GET', '/estate/discovery'))
    this.followSearch()
  }

  takeOver = (devices: ChosenDevice[]): Promise<ImportPreview> => this.room.api.call('POST', '/estate/discovery/import', { devices })

  private followSearch(): void {
    this.follow(
      () => this.discovery.value !== null && this.discovery.value.ended_at === null,
      async () => {
        this.discovery.value = await this.room.api.call<Discovery>('GET', '/estate/discovery')
      },
      // The list comes whole each time: thousands of devices are asked for less often.
      () => POLL_MS * (1 + (this.discovery.value?.devices.length ?? 0) / 300),
    )
  }

  // --- accounts

  async loadAccounts(): Promise<void> {
    this.accounts.value = (await this.room.api.call<{ items: AccountEntry[] }>('GET', '/estate/credentials')).items
  }

  async setAccount(name: string, username: string, password: string): Promise<void> {
    await this.room.api.call('PUT', `/estate/credentials/${encodeURIComponent(name)}`, { username, password })
    await this.loadAccounts()
  }

  async removeAccount(name: string): Promise<void> {
    await this.room.api.call('DELETE', `/estate/credentials/${encodeURIComponent(name)}`)
    await this.loadAccounts()
  }

  // --- checks

  async startCheck(cameras: string[] | null): Promise<void> {
    this.take(await this.room.api.call<CheckRun>('POST', '/estate/check', { cameras }))
    this.followCheck()
  }

  async stopCheck(): Promise<void> {
    this.take(await this.room.api.call<CheckRun>('DELETE', '/estate/check'))
  }

  async loadCheck(): Promise<void> {
    const run = await this.orNone(this.room.api.call<CheckRun>('GET', '/estate/check'))
    if (run) this.take(run)
    this.followCheck()
  }

  private followCheck(): void {
    this.follow(
      () => this.checkRun.value !== null && this.checkRun.value.ended_at === null,
      async () => this.take(await this.room.api.call<CheckRun>('GET', `/estate/check?after=${this.checkRun.value?.done ?? 0}`)),
    )
  }

  /** An answer holds what is new since the last one. */
  private take(run: CheckRun): void {
    for (const check of run.cameras) this.checks.set(check.id, check)
    this.checkRun.value = { ...run, cameras: [] }
  }

  // --- one camera

  /** The id it got. */
  async add(camera: Record<string, unknown>): Promise<string> {
    return this.settle(await this.room.api.call<Changed>('POST', '/estate/cameras', camera))
  }

  async change(id: string, change: Record<string, unknown>): Promise<void> {
    this.settle(await this.room.api.call<Changed>('PATCH', `/estate/cameras/${encodeURIComponent(id)}`, change))
  }

  /** 409 while cases it saw are open, unless that is said to be known. */
  async remove(id: string, withOpenCases: boolean): Promise<void> {
    const known = withOpenCases ? '?with_open_cases=true' : ''
    this.settle(await this.room.api.call<Changed>('DELETE', `/estate/cameras/${encodeURIComponent(id)}${known}`))
  }

  private settle({ id, unsettled }: Changed): string {
    this.unsettled.value = unsettled
    return id
  }

  stop(): void {
    this.stopped = true
    this.stopWatching()
    for (const timer of this.timers) clearTimeout(timer)
  }

  /** Asks again after a pause for as long as it goes on. No answer now is no news: it is asked again. */
  private follow(goesOn: () => boolean, ask: () => Promise<void>, pause = (): number => POLL_MS): void {
    if (this.stopped || !goesOn()) return
    const timer = setTimeout(async () => {
      this.timers.delete(timer)
      try {
        await ask()
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
      }
      this.follow(goesOn, ask, pause)
    }, pause())
    this.timers.add(timer)
  }

  /** Null where there is nothing yet (409); with `any`, for whatever reason it was not answered. */
  private async orNone<T>(request: Promise<T>, why: 'nothing yet' | 'any' = 'nothing yet'): Promise<T | null> {
    try {
      return await request
    } catch (error) {
      if (error instanceof ApiError && (why === 'any' || error.status === 409)) return null
      throw error
    }
  }
}

export const ESTATE: InjectionKey<EstateStore> = Symbol('estate')

export function useEstate(): EstateStore {
  const estate = inject(ESTATE)
  if (!estate) throw new Error('no estate is provided above this component')
  return estate
}
