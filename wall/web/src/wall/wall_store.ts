import { computed, ref, shallowRef, watch } from 'vue'
import { clear, keepKnown, pageAfterLayoutChange, pageCount, pageOf, place, type Slots } from './assignment'
import { plainRects, spotlightRects, type Layout, type Rect } from './layout'
import { parseMemory, readAddress, startingWall, writeAddress } from './wall_memory'

const MEMORY_KEY = 'gridwatch.wall'
const FULL: Rect = { left: 0, top: 0, width: 1, height: 1 }

export interface PlacedTile {
  key: string
  /** Position on the page, 0 first. */
  index: number
  camera: string | null
  /** Place in the slots; -1 for the spotlight. */
  slot: number
  rect: Rect
  role: 'plain' | 'spotlight' | 'enlarged' | 'covered'
}

/** What is on the wall. The spotlight is lent the first tile and gives it back. */
export class WallStore {
  readonly layout = ref<Layout>(9)
  readonly page = ref(0)
  readonly slots = shallowRef<Slots>([])
  readonly spotlight = ref<string | null>(null)
  readonly enlarged = ref<string | null>(null)

  readonly pages = computed(() => pageCount(this.slots.value, this.layout.value))
  readonly shown = computed(() => pageOf(this.slots.value, this.layout.value, this.page.value))
  /** Cameras on the page in view. */
  readonly onWall = computed(() => new Set(this.tiles.value.map((tile) => tile.camera)))

  readonly tiles = computed<PlacedTile[]>(() => {
    const first = this.page.value * this.layout.value
    const spot = this.spotlight.value
    const rects = spot ? spotlightRects(this.layout.value) : plainRects(this.layout.value)
    const places = this.shown.value
      .map((camera, offset) => ({ camera, slot: first + offset }))
      .filter(({ camera }) => spot === null || camera !== spot)
    const lineUp = spot ? [{ camera: spot as string | null, slot: -1 }, ...places] : places
    const big = lineUp.some(({ camera }) => camera === this.enlarged.value) ? this.enlarged.value : null
    return lineUp
      .slice(0, rects.length)
      .map(({ camera, slot }, index) => this.tileAt(camera, slot, index, rects[index] ?? FULL, big))
  })

  private tileAt(camera: string | null, slot: number, index: number, rect: Rect, big: string | null): PlacedTile {
    const key = camera === null ? `empty ${slot}` : `camera ${camera}`
    if (big !== null) {
      return big === camera
        ? { key, index, camera, slot, rect: FULL, role: 'enlarged' }
        : { key, index, camera, slot, rect, role: 'covered' }
    }
    return { key, index, camera, slot, rect, role: slot === -1 ? 'spotlight' : 'plain' }
  }

  /** To be called once the cameras are known. */
  begin(estate: string[]): void {
    const known = new Set(estate)
    const memory = parseMemory(localStorage.getItem(MEMORY_KEY))
    const remembered = memory ? keepKnown(memory.slots, known) : []
    const usable = memory && remembered.length > 0 ? { ...memory, slots: remembered } : null
    const start = startingWall(readAddress(location.search), usable, estate, 9)
    this.layout.value = start.layout
    this.slots.value = keepKnown(start.slots, known)
    this.page.value = Math.min(start.page, this.pages.value - 1)
    watch([this.layout, this.page, this.slots], () => this.remember(), { immediate: true })
  }

  private remember(): void {
    const state = { layout: this.layout.value, page: this.page.value, slots: this.slots.value }
    localStorage.setItem(MEMORY_KEY, JSON.stringify(state))
    history.replaceState(history.state, '', writeAddress(location.search, state) + location.hash)
  }

  setLayout(layout: Layout): void {
    this.enlarged.value = null
    this.page.value = pageAfterLayoutChange(this.page.value, this.layout.value, layout)
    this.layout.value = layout
    this.page.value = Math.min(this.page.value, this.pages.value - 1)
  }

  turnPage(step: number): void {
    this.enlarged.value = null
    this.page.value = (this.page.value + step + this.pages.value) % this.pages.value
  }

  /** A camera dropped on a tile, from the list or from another tile: then the two change places. */
  drop(camera: string, onto: PlacedTile): void {
    if (onto.slot === -1) {
      this.spotlight.value = camera
      return
    }
    if (camera === this.spotlight.value) this.spotlight.value = null
    this.slots.value = place(this.slots.value, onto.slot, camera)
  }

  close(tile: PlacedTile): void {
    if (this.enlarged.value === tile.camera) this.enlarged.value = null
    if (tile.slot === -1) this.spotlight.value = null
    else this.slots.value = clear(this.slots.value, tile.slot)
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

  fill(estate: string[]): void {
    this.enlarged.value = null
    this.spotlight.value = null
    this.page.value = 0
    this.slots.value = estate
  }
}
