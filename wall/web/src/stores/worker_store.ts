import { computed, shallowReactive, shallowRef } from 'vue'
import type { Worker } from '../api/types'
import { numberOf, type Positions } from '../live/positions'

/**
 * The grid workers the caller may see. Who they are is reactive; where they are comes for thousands at once and is not:
 * `moved` changes with every such news, and `onMove` is told what it was.
 */
export class WorkerStore {
  readonly byId = shallowReactive(new Map<string, Worker>())
  /** The newest news of places, for what shows the place of one of them. */
  readonly moved = shallowRef<Positions | null>(null)
  private readonly byNumber = new Map<number, Worker>()
  private readonly followers = new Set<(positions: Positions) => void>()

  readonly onDuty = computed(() => {
    let count = 0
    for (const worker of this.byId.values()) if (worker.duty) count++
    return count
  })

  replaceAll(workers: Worker[]): void {
    const kept = new Set(workers.map((worker) => worker.id))
    for (const id of this.byId.keys()) {
      if (kept.has(id)) continue
      this.byId.delete(id)
      this.byNumber.delete(numberOf(id))
    }
    for (const worker of workers) this.apply(worker)
  }

  apply(worker: Worker): void {
    const known = this.byNumber.get(numberOf(worker.id))
    // News of his duty may have been written before news of his place that came first.
    if (known && (known.position_at ?? 0) > (worker.position_at ?? 0)) {
      const { lon, lat, accuracy_m, position_at } = known
      worker = { ...worker, lon, lat, accuracy_m, position_at }
    }
    this.byId.set(worker.id, worker)
    this.byNumber.set(numberOf(worker.id), worker)
  }

  /** Call what is returned to hear no more. */
  onMove(follower: (positions: Positions) => void): () => void {
    this.followers.add(follower)
    return () => this.followers.delete(follower)
  }

  move(positions: Positions): void {
    const { who, lon, lat, at, accuracy } = positions
    for (let i = 0; i < who.length; i++) {
      const worker = this.byNumber.get(who[i] ?? -1)
      if (!worker) continue
      worker.lon = lon[i] ?? null
      worker.lat = lat[i] ?? null
      worker.position_at = at[i] ?? null
      worker.accuracy_m = accuracy[i] ?? null
    }
    this.moved.value = positions
    for (const follower of this.followers) follower(positions)
  }
}
