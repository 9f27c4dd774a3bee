import { computed, ref, shallowRef, watch } from 'vue'
import type { TourView } from '../tours/tour_player'
import { clear, keepKnown, pageAfterLayoutChange, pageCount, pageOf, place, putIn, swap, type Slots } from './assignment'
import { capacity, DEFAULT_LAYOUT, type Arrangement } from './layout'
import { Undo } from './undo'
import { inPages, parseMemory, readAddress, readState, startingWall, writeAddress, type WallState, type WallView } from './wall_memory'
import type { PlacedTile } from './placing'

export type { PlacedTile } from './placing'

/** How long pictures that may be wanted next are kept decoding. */
const WARM_MS = 6_000

/** Where the wall is remembered: each monitor of a room has a wall of its own. */
function memoryKey(monitor: number): string {
  return monitor === 1 ? 'gridwatch.wall' : `gridwatch.wall.${monitor}`
}

/** What is on the wall. The spotlight is lent a tile and gives it back; a tour plays over the arrangement and leaves it be. */
export class WallStore {
  readonly layout = ref(DEFAULT_LAYOUT)
  readonly page = ref(0)
  readonly slots = shallowRef<Slots>([])
  readonly spotlight = ref<string | null>(null)
  readonly enlarged = ref<string | null>(null)
  /** What a tour shows at the moment; null when none is on. */
  readonly tour = shallowRef<TourView | null>(null)
  readonly tourId = ref<string | null>(null)
  /** The preset the wall was last opened from. */
  readonly openedId = ref<string | null>(null)
  readonly canUndo = ref(false)
  readonly canRedo = ref(false)

  readonly pages = computed(() => pageCount(this.slots.value, this.layout.value))
  /** The whole wall, all its pages. */
  readonly arrangement = computed<Arrangement>(() => ({ layout: this.layout.value, cameras: this.slots.value }))
  /** What the surface is to draw. */
  readonly onView = computed<{ arrangement: Arrangement; page: number }>(() =>
    this.tour.value ? { arrangement: this.tour.value.arrangement, page: 0 } : { arrangement: this.arrangement.value, page: this.page.value },
  )
  readonly warm = computed<readonly string[]>(() => this.tour.value?.warm ?? this.warmed.value)
  /** Cameras on the page in view. */
  readonly onWall = computed(() => {
    const { arrangement, page } = this.onView.value
    return new Set([...pageOf(arrangement.cameras, arrangement.layout, page), this.spotlight.value])
  })

  private readonly warmed = shallowRef<readonly string[]>([])
  private cooling: ReturnType<typeof setTimeout> | null = null
  private readonly undoing = new Undo<WallState>()
  private known: ReadonlySet<string> = new Set()
  private readonly onHistory = (event: PopStateEvent): void => this.fromHistory(event)

  constructor(readonly monitor = 1) {}

  private state(): WallState {
    return { layout: this.layout.value, page: this.page.value, slots: this.slots.value }
  }

  private view(): WallView {
    return { ...this.state(), spotlight: this.spotlight.value, tour: this.tourId.value }
  }

  /** To be called once the cameras are known. Monitors after the first start empty. */
  begin(estate: string[], known: Iterable<string> = estate): void {
    this.known = new Set(known)
    const memory = parseMemory(localStorage.getItem(memoryKey(this.monitor)))
    const remembered = memory ? keepKnown(memory.slots, this.known) : []
    const usable = memory && (remembered.length > 0 || this.monitor > 1) ? { ...memory, slots: remembered } : null
    const address = readAddress(location.search)
    this.adopt(startingWall(address, usable, this.monitor === 1 ? estate : [], DEFAULT_LAYOUT))
    this.spotlight.value = address.spotlight !== null && this.known.has(address.spotlight) ? address.spotlight : null
    this.tourId.value = address.tour
    this.remember('replace')
    watch([this.layout, this.page, this.slots, this.spotlight, this.tourId], () => this.remember('push'))
    window.addEventListener('popstate', this.onHistory)
  }

  /** Undone and remembered walls are made of these from now on; what is on view stays. */
  setKnown(known: Iterable<string>): void {
    this.known = new Set(known)
  }

  stop(): void {
    window.removeEventListener('popstate', this.onHistory)
    if (this.cooling) clearTimeout(this.cooling)
  }

  private adopt(state: WallState): void {
    const { layout, page, slots } = inPages({ ...state, slots: keepKnown(state.slots, this.known) })
    this.layout.value = layout
    this.page.value = page
    this.slots.value = slots
  }

  private remember(how: 'push' | 'replace'): void {
    const view = this.view()
    localStorage.setItem(memoryKey(this.monitor), JSON.stringify(this.state()))
    const url = writeAddress(location.search, view) + location.hash
    const entry = { ...(history.state as object | null), wall: view }
    // Gone back to: the address is there already.
    if (how === 'replace' || url === location.search + location.hash) history.replaceState(entry, '', url)
    else history.pushState(entry, '', url)
  }

  /** Back and forward in the browser: the wall as it was at that address. Undo can take it back too. */
  private fromHistory(event: PopStateEvent): void {
    const stored = (event.state as { wall?: unknown } | null)?.wall
    const address = readAddress(location.search)
    const state = readState(stored) ?? startingWall(address, this.state(), [], DEFAULT_LAYOUT)
    this.change(() => this.adopt(state))
    this.enlarged.value = null
    this.spotlight.value = address.spotlight !== null && this.known.has(address.spotlight) ? address.spotlight : null
    this.tourId.value = address.tour
  }

  /** Every change of the arrangement goes through here, so that it can be undone. */
  private change(apply: () => void): void {
    const before = this.state()
    apply()
    if (before.layout === this.layout.value && before.slots === this.slots.value) return
    this.undoing.record(before)
    this.tellUndo()
  }

  private tellUndo(): void {
    this.canUndo.value = this.undoing.canUndo
    this.canRedo.value = this.undoing.canRedo
  }

  undo(): void {
    this.travel(this.undoing.undo(this.state()))
  }

  redo(): void {
    this.travel(this.undoing.redo(this.state()))
  }

  private travel(state: WallState | null): void {
    if (!state) return
    this.enlarged.value = null
    this.adopt(state)
    this.tellUndo()
  }

  setLayout(layout: string): void {
    this.enlarged.value = null
    if (layout === this.layout.value) return
    this.change(() => {
      this.page.value = pageAfterLayoutChange(this.page.value, this.layout.value, layout)
      this.layout.value = layout
      this.page.value = Math.min(this.page.value, this.pages.value - 1)
    })
  }

  turnPage(step: number): void {
    this.enlarged.value = null
    this.page.value = (this.page.value + step + this.pages.value) % this.pages.value
  }

  /** The page that may be turned to next: its pictures are made ready for a few seconds. */
  warmPage(step: number): void {
    if (this.pages.value < 2) return
    const page = (this.page.value + step + this.pages.value) % this.pages.value
    this.keepWarm(pageOf(this.slots.value, this.layout.value, page).filter((id) => id !== null))
  }

  private keepWarm(cameras: readonly string[]): void {
    this.warmed.value = cameras
    if (this.cooling) clearTimeout(this.cooling)
    this.cooling = setTimeout(() => (this.warmed.value = []), WARM_MS)
  }

  /** A camera dropped on a tile, from a list, the map, a case or another tile: then the two change places. */
  drop(camera: string, onto: PlacedTile): void {
    if (onto.slot === -1 || this.tour.value) {
      this.spotlight.value = camera
      return
    }
    if (camera === this.spotlight.value) this.spotlight.value = null
    this.change(() => (this.slots.value = place(this.slots.value, onto.slot, camera)))
  }

  swap(one: number, other: number): void {
    if (one < 0 || other < 0 || one === other || this.tour.value) return
    this.change(() => (this.slots.value = swap(this.slots.value, one, other)))
  }

  /** Puts cameras into the empty places of the page in view and after it. */
  add(cameras: readonly string[]): void {
    const wanted = cameras.filter((id) => this.known.has(id) && !this.slots.value.includes(id))
    const first = this.page.value * capacity(this.layout.value)
    this.change(() => (this.slots.value = putIn(this.slots.value, wanted, first)))
  }

  close(tile: PlacedTile): void {
    if (this.enlarged.value === tile.camera) this.enlarged.value = null
    if (tile.slot === -1) this.spotlight.value = null
    else if (!this.tour.value) this.change(() => (this.slots.value = clear(this.slots.value, tile.slot)))
  }

  /** Sent from another monitor: into the first empty place of the page, or else brought up. */
  receive(camera: string): void {
    if (!this.known.has(camera)) return
    const first = this.page.value * capacity(this.layout.value)
    const room = pageOf(this.slots.value, this.layout.value, this.page.value).includes(null)
    if (this.onWall.value.has(camera) || !room || this.tour.value) this.bringUp(camera)
    else this.change(() => (this.slots.value = putIn(this.slots.value, [camera], first)))
  }

  /** Takes a camera off, wherever it is: it was sent to another monitor. */
  takeOff(camera: string): void {
    if (this.spotlight.value === camera) this.spotlight.value = null
    const at = this.slots.value.indexOf(camera)
    if (at >= 0) this.change(() => (this.slots.value = clear(this.slots.value, at)))
  }

  /** Brings a camera up without disturbing what the operator has laid out. */
  bringUp(camera: string): void {
    this.enlarged.value = null
    this.spotlight.value = camera
  }

  toggleEnlarged(camera: string): void {
    this.enlarged.value = this.enlarged.value === camera ? null : camera
  }

  /** Esc: first the enlarged tile goes back, then the spotlight. True if there was anything to undo. */
  back(): boolean {
    if (this.enlarged.value !== null) this.enlarged.value = null
    else if (this.spotlight.value !== null) this.spotlight.value = null
    else return false
    return true
  }

  /** Opens a preset, or another arrangement as a whole, at its first page. */
  open({ layout, cameras }: Arrangement): void {
    this.enlarged.value = null
    this.spotlight.value = null
    this.change(() => this.adopt({ layout, page: 0, slots: cameras }))
  }

  fill(estate: string[]): void {
    this.open({ layout: this.layout.value, cameras: estate })
  }
}
