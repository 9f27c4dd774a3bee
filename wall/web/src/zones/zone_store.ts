import { computed, inject, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { ApiError } from '../api/client'
import type { Room } from '../stores/room'
import { faultOf, firstShape, type Polygon } from './polygon'
import { UndoHistory } from './undo_history'
import { freeId, USUAL_CLASS, valueOf, withValue } from './zone_fields'
import type { Raster, ZonesAnswer, ZoneValues } from './zone_types'

/** A zone as it is being drawn. `values` without its place; `ground` as the server has it, null once it was touched. */
export interface Draft {
  key: number
  values: ZoneValues
  shape: Polygon
  onMap: boolean
  ground: unknown
  unseen: string
}

const NO_RASTER: Raster = { lines: [], rows: 0, columns: 0, person: [], metre: [], metres: [] }

/** The zones of one camera, or of one view of a dome, from loading to saving. */
export class ZoneStore {
  readonly answer = shallowRef<ZonesAnswer | null>(null)
  readonly raster = shallowRef<Raster>(NO_RASTER)
  readonly drafts = shallowRef<readonly Draft[]>([])
  readonly chosen = ref<number | null>(null)
  readonly drawing = ref(false)
  readonly mayUndo = ref(false)
  readonly mayRedo = ref(false)
  /** What the server holds against which zone. */
  readonly refusal = shallowRef<{ key: number; field: string; text: string } | null>(null)
  private history = new UndoHistory<readonly Draft[]>([])
  private saved: readonly Draft[] = []
  private nextKey = 1

  readonly changed = computed(() => this.drafts.value !== this.saved && JSON.stringify(this.drafts.value) !== JSON.stringify(this.saved))
  readonly selected = computed(() => this.drafts.value.find(({ key }) => key === this.chosen.value) ?? null)
  readonly sound = computed(() => this.drafts.value.every((draft) => draft.unseen !== '' || faultOf(draft.shape) === null))

  constructor(
    readonly room: Room,
    readonly camera: string,
    readonly view: string | null,
  ) {}

  private get path(): string {
    return `/estate/cameras/${encodeURIComponent(this.camera)}`
  }

  private get query(): string {
    return this.view ? `?view=${encodeURIComponent(this.view)}` : ''
  }

  /** Raises ApiError. */
  async load(): Promise<void> {
    const [answer, raster] = await Promise.all([
      this.room.api.call<ZonesAnswer>('GET', `${this.path}/zones${this.query}`),
      this.room.api.call<Raster>('GET', `${this.path}/raster${this.query}`),
    ])
    this.answer.value = answer
    this.raster.value = raster
    this.refusal.value = null
    this.begin(answer.zones.map(({ zone, shown, problem }) => this.draftOf(zone, shown ?? [], problem)))
  }

  usual(draft: Draft): ZoneValues {
    return this.answer.value?.rules[String(draft.values.rule)] ?? {}
  }

  value(draft: Draft, key: string): unknown {
    return valueOf(draft.values, this.usual(draft), key)
  }

  set(draft: Draft, key: string, value: unknown): void {
    this.put(draft.key, { values: withValue(draft.values, this.usual(draft), key, value) }, `${draft.key} ${key}`)
  }

  /** Another rule has other defaults; what was said stays said. */
  setRule(draft: Draft, rule: string): void {
    const { id, case_class: code } = draft.values
    const before = String(draft.values.rule)
    const named = String(id) === freeId(before, this.ids(draft)) ? freeId(rule, this.ids(draft)) : id
    const usualClass = code === USUAL_CLASS[before] ? (USUAL_CLASS[rule] ?? code) : code
    this.put(draft.key, { values: { ...draft.values, id: named, rule, case_class: usualClass } })
  }

  reshape(key: number, shape: Polygon, mark = ''): void {
    this.put(key, { shape, ground: null }, mark && `${key} ${mark}`)
  }

  setOnMap(draft: Draft, onMap: boolean): void {
    this.put(draft.key, { onMap, ground: null })
  }

  settle(): void {
    this.history.settle()
  }

  add(shape: Polygon = firstShape()): void {
    const rule = 'stall'
    const values = { id: freeId(rule, this.ids()), rule, case_class: USUAL_CLASS[rule] ?? '' }
    const draft: Draft = { key: this.nextKey++, values, shape, onMap: false, ground: null, unseen: '' }
    this.keep([...this.drafts.value, draft])
    this.chosen.value = draft.key
    this.drawing.value = false
  }

  remove(key: number): void {
    this.keep(this.drafts.value.filter((draft) => draft.key !== key))
    if (this.chosen.value === key) this.chosen.value = null
  }

  undo(): void {
    this.show(this.history.undo())
  }

  redo(): void {
    this.show(this.history.redo())
  }

  /** As the server takes them; zones of the map that were moved are asked back onto it. Raises ApiError. */
  async plain(): Promise<ZoneValues[]> {
    return Promise.all(
      this.drafts.value.map(async (draft) => {
        if (!draft.onMap) return { ...draft.values, polygon: draft.shape }
        if (draft.ground) return { ...draft.values, ground: draft.ground }
        const body = { view: this.view, polygon: draft.shape }
        try {
          const { ground } = await this.room.api.call<{ ground: unknown }>('POST', `${this.path}/zones/place`, body)
          return { ...draft.values, ground }
        } catch (error) {
          if (error instanceof ApiError) this.blame(error, draft)
          throw error
        }
      }),
    )
  }

  /** Raises ApiError; what it holds against a zone is in `refusal`. */
  async save(): Promise<void> {
    this.refusal.value = null
    const zones = await this.plain()
    const body = { view: this.view, version: this.answer.value?.version ?? '', zones }
    try {
      await this.room.api.call('PUT', `${this.path}/zones`, body)
    } catch (error) {
      if (error instanceof ApiError) this.blame(error)
      throw error
    }
    const chosen = this.selected.value?.values.id
    await this.load()
    this.chosen.value = this.drafts.value.find(({ values }) => values.id === chosen)?.key ?? null
  }

  /** The zone an answer such as `zones.2.size` is about becomes the chosen one. */
  blame(error: ApiError, draft?: Draft): void {
    const [, number, field = ''] = /^zones\.(\d+)\.?([a-z_]*)/.exec(error.where) ?? []
    const about = draft ?? (number === undefined ? undefined : this.drafts.value[Number(number)])
    if (!about) return
    this.chosen.value = about.key
    this.refusal.value = { key: about.key, field: draft ? 'ground' : field, text: error.text ? '' : error.message }
  }

  private draftOf(zone: ZoneValues, shape: Polygon, unseen: string): Draft {
    const { polygon: _, ground = null, ...values } = zone
    return { key: this.nextKey++, values, shape, onMap: ground !== null, ground, unseen }
  }

  private ids(but?: Draft): string[] {
    return this.drafts.value.filter((draft) => draft.key !== but?.key).map(({ values }) => String(values.id))
  }

  private put(key: number, change: Partial<Draft>, mark = ''): void {
    this.keep(this.drafts.value.map((draft) => (draft.key === key ? { ...draft, ...change } : draft)), mark)
  }

  private keep(drafts: readonly Draft[], mark = ''): void {
    this.history.put(drafts, mark)
    this.show(drafts)
  }

  private begin(drafts: readonly Draft[]): void {
    this.history = new UndoHistory(drafts)
    this.saved = drafts
    this.show(drafts)
  }

  private show(drafts: readonly Draft[]): void {
    this.drafts.value = drafts
    this.mayUndo.value = this.history.canUndo
    this.mayRedo.value = this.history.canRedo
  }
}

const ZONES: InjectionKey<ZoneStore> = Symbol('zones')

export function provideZones(store: ZoneStore): void {
  provide(ZONES, store)
}

export function useZones(): ZoneStore {
  const store = inject(ZONES)
  if (!store) throw new Error('no zones here')
  return store
}
