import type { BaseMapInfo } from './base_map_types'
import type { TileAt } from './tile_place'

/** A writing of a vector tile, where it stands as fractions of the world. */
export interface TileLabel {
  zh: string
  en: string
  x: number
  y: number
  /** Radians. */
  angle: number
  /** As a fraction of the world: how long a straight piece it has; 0 where it needs none. */
  along: number
  kind: 'place' | 'road' | 'water' | 'point'
  /** Higher is placed first. */
  rank: number
}

export interface TilePicture {
  image: CanvasImageSource & { readonly width: number; readonly height: number; close?: () => void }
  labels: readonly TileLabel[]
}

/** Where tiles come from. Null: there is none. Raises where it cannot be had now. */
export interface TileOrigin {
  load(tile: TileAt, signal: AbortSignal): Promise<TilePicture | null>
  /** Tiles of this zoom and smaller may be asked for; vector tiles are drawn at any. */
  close(): void
}

interface Entry {
  state: 'loading' | 'ready' | 'empty' | 'failed'
  picture: TilePicture | null
  used: number
  retryAt: number
  abort: AbortController | null
}

const MOST_KEPT = 320
/** Browsers open six connections to one server, and cases must not wait behind tiles. */
const AT_ONCE = 4
const RETRY_MS = 15_000

const keyOf = ({ z, x, y }: TileAt): string => `${z}/${x}/${y}`

/** The tiles of one base map that are there, and those on their way. */
export class TileStore {
  private readonly entries = new Map<string, Entry>()
  private queue: TileAt[] = []
  private loading = 0
  private turn = 0
  private closed = false
  private timer: ReturnType<typeof setTimeout> | undefined
  /** A tile has come, or the last that failed works again. */
  onChange: () => void = () => {}

  constructor(
    private readonly map: Pick<BaseMapInfo, 'min_zoom' | 'max_zoom'>,
    private readonly origin: TileOrigin,
  ) {}

  get failing(): boolean {
    for (const entry of this.entries.values()) if (entry.state === 'failed') return true
    return false
  }

  ready(tile: TileAt): TilePicture | null {
    const entry = this.entries.get(keyOf(tile))
    if (!entry) return null
    entry.used = this.turn
    return entry.picture
  }

  isEmpty(tile: TileAt): boolean {
    return this.entries.get(keyOf(tile))?.state === 'empty'
  }

  /** What the view needs now, the most urgent first; whatever else is on its way is called off. */
  want(tiles: readonly TileAt[]): void {
    this.turn++
    const now = performance.now()
    const wanted = new Set(tiles.map(keyOf))
    for (const [key, entry] of this.entries) if (entry.state === 'loading' && !wanted.has(key)) this.callOff(key, entry)
    this.queue = tiles.filter((tile) => {
      const entry = this.entries.get(keyOf(tile))
      if (entry) entry.used = this.turn
      return !entry || (entry.state === 'failed' && now >= entry.retryAt)
    })
    this.forgetOld()
    this.next()
  }

  private callOff(key: string, entry: Entry): void {
    entry.abort?.abort()
    this.entries.delete(key)
  }

  private forgetOld(): void {
    if (this.entries.size <= MOST_KEPT) return
    const old = [...this.entries].filter(([, entry]) => entry.used < this.turn && entry.state !== 'loading').sort((a, b) => a[1].used - b[1].used)
    for (const [key, entry] of old.slice(0, this.entries.size - MOST_KEPT)) {
      entry.picture?.image.close?.()
      this.entries.delete(key)
    }
  }

  private next(): void {
    while (!this.closed && this.loading < AT_ONCE) {
      const tile = this.queue.shift()
      if (!tile) return
      void this.load(tile)
    }
  }

  private async load(tile: TileAt): Promise<void> {
    const abort = new AbortController()
    const entry: Entry = { state: 'loading', picture: null, used: this.turn, retryAt: 0, abort }
    this.entries.set(keyOf(tile), entry)
    this.loading++
    try {
      const picture = await this.origin.load(tile, abort.signal)
      if (this.closed || abort.signal.aborted) picture?.image.close?.()
      else Object.assign(entry, { state: picture ? 'ready' : 'empty', picture })
    } catch {
      // Whatever it was, the tile is not there; it is asked for again after a while.
      Object.assign(entry, { state: 'failed', retryAt: performance.now() + RETRY_MS })
      this.tryAgainLater()
    } finally {
      this.loading--
      entry.abort = null
    }
    if (this.closed) return
    this.next()
    if (!abort.signal.aborted) this.onChange()
  }

  private tryAgainLater(): void {
    if (this.timer !== undefined || this.closed) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.onChange()
    }, RETRY_MS + 100)
  }

  /** The nearest tile above it that is there, no more than `most` zooms away. */
  ancestor(tile: TileAt, most = 8): TileAt | null {
    let { z, x, y } = tile
    for (let step = 0; step < most && z > this.map.min_zoom; step++) {
      z -= 1
      x >>= 1
      y >>= 1
      if (this.entries.get(`${z}/${x}/${y}`)?.state === 'ready') return { z, x, y }
    }
    return null
  }

  /** Those of the next zoom that are there. */
  children({ z, x, y }: TileAt): TileAt[] {
    if (z >= this.map.max_zoom) return []
    const four = [0, 1].flatMap((down) => [0, 1].map((right) => ({ z: z + 1, x: 2 * x + right, y: 2 * y + down })))
    return four.filter((child) => this.entries.get(keyOf(child))?.state === 'ready')
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    for (const [, entry] of this.entries) {
      entry.abort?.abort()
      entry.picture?.image.close?.()
    }
    this.entries.clear()
    this.origin.close()
  }
}
