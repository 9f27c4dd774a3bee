import { computed, shallowReactive } from 'vue'
import type { Worker } from '../api/types'

/** The grid workers the caller may see. */
export class WorkerStore {
  readonly byId = shallowReactive(new Map<string, Worker>())

  readonly onDuty = computed(() => {
    let count = 0
    for (const worker of this.byId.values()) if (worker.duty) count++
    return count
  })

  replaceAll(workers: Worker[]): void {
    const kept = new Set(workers.map((worker) => worker.id))
    for (const id of this.byId.keys()) if (!kept.has(id)) this.byId.delete(id)
    for (const worker of workers) this.byId.set(worker.id, worker)
  }

  apply(worker: Worker): void {
    this.byId.set(worker.id, worker)
  }
}
