import { computed, inject, provide, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { ApiError } from '../api/client'
import type { Bilingual } from '../api/types'
import type { Place } from '../map/map_view'
import type { Room } from '../stores/room'
import { UndoHistory } from '../zones/undo_history'
import type { DraftMatch, PicturePoint, PointAnswer, Pose, PoseShown, Solved } from './calibrate_types'
import { Latest } from '../api/latest'
import { complete, FEWEST, moved, withPoint } from './matches'

/** Where the pointer is, on one side, and what it is on the other. */
export interface Pointed {
  from: 'picture' | 'map'
  answer: PointAnswer
}

export interface Refusal {
  message: string
  text: Bilingual | null
}

/** One fixed camera's calibration, from loading to saving. */
export class CalibrateStore {
  readonly pose = shallowRef<Pose | null>(null)
  readonly matches = shallowRef<readonly DraftMatch[]>([])
  readonly chosen = ref<number | null>(null)
  readonly solved = shallowRef<Solved | null>(null)
  /** Why the matches tell nothing. */
  readonly refusal = shallowRef<Refusal | null>(null)
  readonly solving = ref(false)
  readonly placeError = ref(0.5)
  /** Look at the camera as it is configured. */
  readonly before = ref(false)
  readonly pointed = shallowRef<Pointed | null>(null)
  readonly mayUndo = ref(false)
  readonly mayRedo = ref(false)
  /** The pose that saving replaced, to go back to. */
  readonly replaced = shallowRef<Pose | null>(null)
  readonly complete = computed(() => complete(this.matches.value))
  readonly changed = computed(() => JSON.stringify(this.complete.value) !== this.savedMatches.value)
  /** What picture and map show. */
  readonly shown = computed<PoseShown | null>(() => {
    const solved = this.solved.value
    if (solved) return this.before.value ? solved.before : solved.shown
    return this.pose.value?.shown ?? null
  })
  private readonly savedMatches = ref('[]')
  private history = new UndoHistory<readonly DraftMatch[]>([])
  private nextKey = 1
  private following = false
  private readonly solver = new Latest<void>(() => this.solve())
  private readonly pointer = new Latest<{ picture: PicturePoint } | { place: Place }>((given) => this.point(given))

  constructor(
    readonly room: Room,
    readonly camera: string,
  ) {
    watch([this.complete, this.placeError], () => this.solver.put())
  }

  private get path(): string {
    return `/estate/cameras/${encodeURIComponent(this.camera)}/pose`
  }

  /** Raises ApiError; `conflict` for a dome. */
  async load(): Promise<void> {
    this.begin(await this.room.api.call<Pose>('GET', this.path))
  }

  private begin(pose: Pose): void {
    this.pose.value = pose
    const drafts = pose.matches.map((one) => ({ key: this.nextKey++, picture: one.picture, place: { lon: one.lon, lat: one.lat } }))
    this.history = new UndoHistory<readonly DraftMatch[]>(drafts)
    this.savedMatches.value = JSON.stringify(complete(drafts))
    this.show(drafts)
  }

  /** The number of a match, as it is written beside its points. */
  numberOf(key: number): number {
    return this.matches.value.findIndex((one) => one.key === key) + 1
  }

  /** Which of the complete ones it is; -1: not yet complete. */
  rankOf(key: number): number {
    return this.matches.value.filter(({ picture, place }) => picture && place).findIndex((one) => one.key === key)
  }

  give(given: { picture: PicturePoint } | { place: Place }): void {
    const next = withPoint(this.matches.value, this.nextKey, given)
    const made = next.find(({ key }) => key === this.nextKey)
    if (made) this.nextKey++
    this.chosen.value = (made ?? next.find((one, at) => one !== this.matches.value[at]))?.key ?? this.chosen.value
    this.keep(next)
  }

  move(key: number, to: { picture: PicturePoint } | { place: Place }, mark: string): void {
    this.keep(moved(this.matches.value, key, to), `${mark} ${key}`)
  }

  settle(): void {
    this.history.settle()
  }

  remove(key: number): void {
    this.keep(this.matches.value.filter((one) => one.key !== key))
    if (this.chosen.value === key) this.chosen.value = null
  }

  clear(): void {
    this.keep([])
    this.chosen.value = null
  }

  undo(): void {
    this.show(this.history.undo())
  }

  redo(): void {
    this.show(this.history.redo())
  }

  private keep(matches: readonly DraftMatch[], mark = ''): void {
    this.history.put(matches, mark)
    this.show(matches)
  }

  private show(matches: readonly DraftMatch[]): void {
    this.matches.value = matches
    this.mayUndo.value = this.history.canUndo
    this.mayRedo.value = this.history.canRedo
  }

  private async solve(): Promise<void> {
    const matches = this.complete.value
    if (matches.length < FEWEST) {
      this.solved.value = this.refusal.value = null
      return
    }
    this.solving.value = true
    try {
      const body = { matches, place_error_m: this.placeError.value }
      this.solved.value = await this.room.api.call<Solved>('POST', `${this.path}/solve`, body)
      this.refusal.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.solved.value = null
      this.refusal.value = { message: error.message, text: error.text }
    } finally {
      this.solving.value = false
    }
  }

  /** The pointer moved on one side; null: it left. */
  follow(given: { picture: PicturePoint } | { place: Place } | null): void {
    this.following = given !== null
    if (given) this.pointer.put(given)
    else {
      this.pointer.drop()
      this.pointed.value = null
    }
  }

  private async point(given: { picture: PicturePoint } | { place: Place }): Promise<void> {
    const solved = this.before.value ? null : this.solved.value
    const pose = solved ? { position: solved.position, view: solved.view } : {}
    try {
      const answer = await this.room.api.call<PointAnswer>('POST', `${this.path}/point`, { ...given, ...pose })
      if (this.following) this.pointed.value = { from: 'picture' in given ? 'picture' : 'map', answer }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.pointed.value = null
    }
  }

  /** Raises ApiError. */
  async save(): Promise<void> {
    const earlier = this.pose.value
    const body = { matches: this.complete.value, place_error_m: this.placeError.value, version: earlier?.version ?? '' }
    await this.room.api.call('PUT', this.path, body)
    await this.load()
    this.replaced.value = earlier?.position && earlier.view && !earlier.ground_points ? earlier : null
    this.before.value = false
  }

  /** Back to the pose that saving replaced. Raises ApiError. */
  async restore(): Promise<void> {
    const earlier = this.replaced.value
    if (!earlier) return
    const { position, view, matches } = earlier
    await this.room.api.call('PUT', this.path, { position, view, matches, version: this.pose.value?.version ?? '' })
    this.replaced.value = null
    await this.load()
  }
}

const CALIBRATE: InjectionKey<CalibrateStore> = Symbol('calibrate')

export function provideCalibrate(store: CalibrateStore): void {
  provide(CALIBRATE, store)
}

export function useCalibrate(): CalibrateStore {
  const store = inject(CALIBRATE)
  if (!store) throw new Error('no calibration here')
  return store
}
