/** Alarms as one operator is shown them: folded, sounding, and on the reserved tiles of the wall. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import { capacity, type Arrangement } from '../wall/layout'
import { AlarmFold, type FoldLine } from './alarm_fold'
import { borrow, lend, type TileWish } from './alarm_tiles'
import type { Alarm, AlarmRule, AlarmRuleDraft } from './alarm_types'

const RESERVED_MOST = 4
const BEAT_MS = 1_000
/** How long a line that somebody else acknowledged says so before it goes. */
const FAREWELL_MS = 6_000

export interface ShownAlarm extends Alarm {
  id: string
  level: number
  grid: string | null
  area: string
}

export interface Farewell {
  alarm: ShownAlarm
  /** Empty where the case ended. */
  by: string
  until: number
}

export class AlarmStore {
  readonly lines = shallowRef<FoldLine<ShownAlarm>[]>([])
  readonly farewells = shallowRef<Farewell[]>([])
  readonly rules = shallowRef<AlarmRule[]>([])
  /** How many of the wall's last tiles alarms may borrow. */
  readonly reserved: Ref<number>
  /** Place among the reserved tiles → the alarm that has it. */
  readonly borrowed = shallowRef<ReadonlyMap<number, TileWish>>(new Map())
  readonly count = computed(() => this.lines.value.reduce((sum, line) => sum + (line.kind === 'single' ? 1 : line.alarms.length), 0))
  onSound: () => void = () => {}

  private readonly fold = new AlarmFold<ShownAlarm>(() => Date.now())
  private readonly byId = new Map<string, ShownAlarm>()
  private readonly beat = setInterval(() => this.redraw(), BEAT_MS)

  constructor(
    private readonly api: ApiClient,
    private readonly myId: string,
    private readonly allowed: ReadonlySet<string>,
    /** Of a room with several: each has reserved tiles of its own. */
    private readonly monitor: number,
  ) {
    this.reserved = ref(rememberedTiles(monitor))
    watch(this.reserved, (count) => {
      localStorage.setItem(reservedKey(this.monitor), String(count))
      this.redraw()
    })
  }

  get mayAnswer(): boolean {
    return this.allowed.has('alarm.answer')
  }

  get mayManage(): boolean {
    return this.allowed.has('alarm.manage')
  }

  /** What waits to be acknowledged, as after a gap in the connection. Raises `ApiError`. */
  async load(): Promise<void> {
    if (!this.mayAnswer) return
    await this.loadRules()
    const { items } = await this.api.call<{ items: Alarm[] }>('GET', '/alarms')
    const waiting = new Set(items.map((alarm) => alarm.case.id))
    for (const id of [...this.byId.keys()]) if (!waiting.has(id)) this.take(id)
    for (const alarm of items) this.admit(alarm, false)
    this.redraw()
  }

  apply(alarm: Alarm): void {
    if (alarm.acknowledged) this.acknowledged(alarm)
    else this.admit(alarm, true)
    this.redraw()
  }

  private admit(alarm: Alarm, sounding: boolean): void {
    const mine = this.rulesOf(alarm)
    if (mine.length === 0) return
    const before = this.byId.get(alarm.case.id)
    // A case that is stepped up is an alarm once more, also where nobody had answered the first.
    const news = !before || before.raised_at < alarm.raised_at
    const shown: ShownAlarm = { ...alarm, rules: mine, id: alarm.case.id, level: alarm.case.level, grid: alarm.case.grid, area: alarm.case.area }
    const groups = this.groups()
    this.byId.set(shown.id, shown)
    const single = this.fold.add(shown)
    // A group sounds once, when it begins.
    const noticed = single || this.groups() > groups
    if (news && sounding && noticed && mine.some((rule) => rule.sound)) this.onSound()
  }

  private groups(): number {
    return this.fold.lines().filter((line) => line.kind === 'group').length
  }

  /** Of the rules that raised it, those this operator has not switched off. One deleted since still counts. */
  private rulesOf(alarm: Alarm): Alarm['rules'] {
    const off = new Set(this.rules.value.filter((rule) => !rule.mine).map((rule) => rule.id))
    return alarm.rules.filter((rule) => !off.has(rule.id))
  }

  private acknowledged(alarm: Alarm): void {
    const shown = this.byId.get(alarm.case.id)
    this.take(alarm.case.id)
    if (!shown || !alarm.acknowledged || alarm.acknowledged.by === this.myId) return
    this.farewells.value = [...this.farewells.value, { alarm: shown, by: alarm.acknowledged.by_name, until: Date.now() + FAREWELL_MS }]
  }

  private take(id: string): void {
    this.byId.delete(id)
    this.fold.remove(id)
  }

  /** The server has the word on who was first; the lines go at once. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const kept = ids.flatMap((id) => this.byId.get(id) ?? [])
    for (const id of ids) this.take(id)
    this.redraw()
    try {
      const { items } = await this.api.call<{ items: Alarm[] }>('POST', '/alarms/acknowledge', { cases: ids })
      for (const alarm of items) {
        const before = kept.find((one) => one.id === alarm.case.id)
        if (before && alarm.acknowledged && alarm.acknowledged.by !== this.myId) {
          this.farewells.value = [...this.farewells.value, { alarm: before, by: alarm.acknowledged.by_name, until: Date.now() + FAREWELL_MS }]
        }
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Not acknowledged: it stands there again, and can be tried again.
      if (error.status !== 404) for (const alarm of kept) this.admit(alarm, false)
      this.redraw()
    }
  }

  /** The first line's, by the key. */
  acknowledgeFirst(): void {
    const line = this.lines.value[0]
    if (line) void this.acknowledge(line.kind === 'single' ? [line.alarm.id] : line.alarms.map(({ id }) => id))
  }

  private redraw(): void {
    const now = Date.now()
    this.lines.value = this.fold.lines()
    if (this.farewells.value.length) this.farewells.value = this.farewells.value.filter(({ until }) => until > now)
    const before = new Map([...this.borrowed.value].map(([place, wish]) => [place, wish.id]))
    const after = borrow(before, this.wishes(), this.reserved.value, now)
    const same = after.size === before.size && [...after].every(([place, wish]) => before.get(place) === wish.id)
    if (!same) this.borrowed.value = after
  }

  /** Only what is shown singly may come up: that is what folding is for. */
  private wishes(): TileWish[] {
    return this.lines.value.flatMap((line) => {
      if (line.kind !== 'single' || !line.alarm.case.camera_id) return []
      const rules = line.alarm.rules.filter((rule) => rule.to_wall)
      if (rules.length === 0) return []
      const at = line.alarm.raised_at * 1000
      const hold = rules.some((rule) => rule.hold_s === null) ? null : Math.max(...rules.map((rule) => rule.hold_s ?? 0))
      return [{ id: line.alarm.id, camera: line.alarm.case.camera_id, level: line.alarm.level, at, until: hold === null ? null : at + hold * 1000 }]
    })
  }

  /** What the wall shows, its reserved tiles lent to alarms. */
  onWall({ arrangement, page }: { arrangement: Arrangement; page: number }): Arrangement {
    const cameras = new Map([...this.borrowed.value].map(([place, wish]) => [place, wish.camera]))
    return lend(arrangement, page, capacity(arrangement.layout), cameras)
  }

  /** The alarm whose camera this is, while it has one of the reserved tiles. */
  alarmOn(camera: string): ShownAlarm | null {
    for (const wish of this.borrowed.value.values()) if (wish.camera === camera) return this.byId.get(wish.id) ?? null
    return null
  }

  // --- rules; raise `ApiError`

  async loadRules(): Promise<void> {
    this.rules.value = (await this.api.call<{ items: AlarmRule[] }>('GET', '/alarm-rules')).items
  }

  async saveRule(draft: AlarmRuleDraft, id: string | null): Promise<void> {
    if (id) await this.api.call('PUT', `/alarm-rules/${id}`, draft)
    else await this.api.call('POST', '/alarm-rules', draft)
    await this.loadRules()
  }

  async deleteRule(id: string): Promise<void> {
    await this.api.call('DELETE', `/alarm-rules/${id}`)
    await this.loadRules()
  }

  async switchMine(id: string, on: boolean): Promise<void> {
    await this.api.call('PUT', `/alarm-rules/${id}/mine`, { on })
    await this.loadRules()
  }

  stop(): void {
    clearInterval(this.beat)
  }
}

function reservedKey(monitor: number): string {
  return monitor === 1 ? 'gridwatch.alarm-tiles' : `gridwatch.alarm-tiles.${monitor}`
}

/** Unless said otherwise one, on the first monitor: an alarm should not come up on every screen of the room. */
function rememberedTiles(monitor: number): number {
  const usual = monitor === 1 ? 1 : 0
  const word = localStorage.getItem(reservedKey(monitor))
  const count = word === null ? usual : Number(word)
  return Number.isInteger(count) && count >= 0 && count <= RESERVED_MOST ? count : usual
}

export const RESERVED_CHOICES: readonly number[] = [0, 1, 2, 3, 4]

