/** The cameras an account looked at last, kept in this browser. */
import { shallowRef } from 'vue'

const KEPT = 20

function parse(text: string | null): string[] {
  if (!text) return []
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string' && id.length <= 64).slice(0, KEPT) : []
  } catch {
    return []
  }
}

/** Newest first. `storage` is the browser's; several accounts may share a browser and not their past. */
export class RecentCameras {
  readonly ids
  private readonly key: string

  constructor(
    account: string,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'>,
  ) {
    this.key = `gridwatch.recent.${account}`
    this.ids = shallowRef<readonly string[]>(parse(storage.getItem(this.key)))
  }

  add(id: string): void {
    this.ids.value = [id, ...this.ids.value.filter((other) => other !== id)].slice(0, KEPT)
    this.storage.setItem(this.key, JSON.stringify(this.ids.value))
  }
}
