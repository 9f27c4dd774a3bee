import { tileAddress, type BaseMapInfo } from './base_map_types'
import type { TileAt } from './tile_place'
import type { TileOrigin, TilePicture } from './tile_store'
import type { FromVectorWorker, ToVectorWorker } from './vector_messages'

/** A square is 256 pixels wide at its own zoom and up to 362 at those between: drawn larger, it is only ever made smaller. */
const SIZE = 384
/** A tile that keeps the worker busy for so long was made to. */
const PATIENCE_MS = 20_000

interface Waiting {
  resolve(picture: TilePicture | null): void
  reject(problem: Error): void
  timer: ReturnType<typeof setTimeout>
}

/** Squares of the map drawn from vector tiles by a worker; those of larger zooms than the tiles from the largest there is. */
export class VectorOrigin implements TileOrigin {
  private worker: Worker | null = null
  private readonly waiting = new Map<number, Waiting>()
  private last = 0

  constructor(private readonly map: BaseMapInfo) {}

  load(at: TileAt, signal: AbortSignal): Promise<TilePicture | null> {
    const up = Math.max(0, at.z - this.map.max_zoom)
    const data = { z: at.z - up, x: at.x >> up, y: at.y >> up }
    // Resolved by the page: a worker's own base is its script.
    const address = new URL(tileAddress(this.map, data.z, data.x, data.y), location.href).href
    const id = ++this.last
    const size = Math.round(SIZE * Math.min(2, Math.max(1, devicePixelRatio)))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(id), PATIENCE_MS)
      this.waiting.set(id, { resolve, reject, timer })
      signal.addEventListener('abort', () => this.settle(id)?.resolve(null), { once: true })
      this.begin().postMessage({ id, address, data, at, size, style: this.map.style } satisfies ToVectorWorker)
    })
  }

  private begin(): Worker {
    if (this.worker) return this.worker
    this.worker = new Worker(new URL('./vector.worker.ts', import.meta.url), { type: 'module', name: 'gridwatch-map' })
    this.worker.onmessage = (event: MessageEvent<FromVectorWorker>) => this.answered(event.data)
    return this.worker
  }

  private answered({ id, image, labels, problem }: FromVectorWorker): void {
    const waiting = this.settle(id)
    if (!waiting) image?.close()
    else if (problem !== null) waiting.reject(new Error(problem))
    else waiting.resolve(image && { image, labels })
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    clearTimeout(waiting?.timer)
    this.waiting.delete(id)
    return waiting
  }

  /** Begins with a new worker; whatever else waited is asked for again. */
  private giveUp(id: number): void {
    this.settle(id)?.reject(new Error('the tile took too long'))
    this.end()
  }

  private end(): void {
    this.worker?.terminate()
    this.worker = null
    for (const other of [...this.waiting.keys()]) this.settle(other)?.reject(new Error('the tile was called off'))
  }

  close(): void {
    this.end()
  }
}
