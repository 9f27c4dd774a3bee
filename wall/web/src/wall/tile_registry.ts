import type { LiveConnection } from '../live/live_connection'
import type { TileDriver, TileStats } from './tile_driver'

const TICK_MS = 500
/** A page in the background keeps its streams this long: switching windows back and forth costs nothing. */
const PAGE_GRACE_MS = 8_000

export interface RegisteredTile {
  driver: TileDriver
  /** Position on the page now. */
  index(): number
  /** In the viewport and not covered by an enlarged tile. */
  wanted(): boolean
  onTick(now: number): void
}

export interface DebugTile extends TileStats {
  tile: number
}

declare global {
  interface Window {
    /** For browser tests and for looking into a wall that misbehaves. */
    __gridwatch?: { tiles(): DebugTile[]; show(camera: string): void }
  }
}

/** The tiles on the page: gives each its beat, pauses them all while the page is hidden, and answers for them. */
export class TileRegistry {
  private readonly tiles = new Set<RegisteredTile>()
  private readonly timer: ReturnType<typeof setInterval>
  private pageVisible = true
  private hiding: ReturnType<typeof setTimeout> | null = null
  /** What a click on the camera in the list does. */
  onShow: (camera: string) => void = () => {}
  private readonly onVisibility = (): void => this.visibilityChanged()

  constructor(readonly connection: LiveConnection) {
    this.timer = setInterval(() => this.tick(), TICK_MS)
    document.addEventListener('visibilitychange', this.onVisibility)
    window.__gridwatch = { tiles: () => this.describe(), show: (camera) => this.onShow(camera) }
  }

  add(tile: RegisteredTile): void {
    this.tiles.add(tile)
    this.update(tile)
  }

  remove(tile: RegisteredTile): void {
    this.tiles.delete(tile)
  }

  /** Something that decides whether the tile is wanted has changed. */
  update(tile: RegisteredTile): void {
    tile.driver.setVisible(this.pageVisible && tile.wanted())
  }

  /** Whether a tile has this camera's picture, in sight or not. */
  isLive(camera: string): boolean {
    for (const { driver } of this.tiles) if (driver.camera === camera && driver.state.kind === 'live') return true
    return false
  }

  private describe(): DebugTile[] {
    return [...this.tiles]
      .map((tile) => ({ tile: tile.index(), ...tile.driver.stats() }))
      .sort((a, b) => a.tile - b.tile)
  }

  private tick(): void {
    const now = Date.now()
    for (const tile of this.tiles) {
      tile.driver.tick(now)
      tile.onTick(now)
    }
  }

  private visibilityChanged(): void {
    if (this.hiding) clearTimeout(this.hiding)
    this.hiding = null
    if (document.hidden) this.hiding = setTimeout(() => this.setPageVisible(false), PAGE_GRACE_MS)
    else this.setPageVisible(true)
  }

  private setPageVisible(visible: boolean): void {
    this.pageVisible = visible
    for (const tile of this.tiles) this.update(tile)
  }

  stop(): void {
    clearInterval(this.timer)
    if (this.hiding) clearTimeout(this.hiding)
    document.removeEventListener('visibilitychange', this.onVisibility)
    delete window.__gridwatch
  }
}
