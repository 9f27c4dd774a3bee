/** Which base map an account last chose on this browser, and which are drawn for it. Pure. */
import { OWN, type BaseMapInfo } from './base_map_types'

const KEY = 'gridwatch.base-map.'

type Kept = Pick<Storage, 'getItem' | 'setItem'>

/** The town's own layers where it chose none, or one that is no longer there. */
export function remembered(storage: Kept, account: string, maps: readonly BaseMapInfo[]): string {
  const id = storage.getItem(KEY + account)
  return maps.some((one) => one.id === id && one.offered) ? String(id) : OWN
}

export function remember(storage: Kept, account: string, id: string): void {
  storage.setItem(KEY + account, id)
}

/** The base map and its overlays, in the order they are drawn. None of them: the own layers. */
export function drawnFor(id: string, maps: readonly BaseMapInfo[]): BaseMapInfo[] {
  const chosen = maps.find((one) => one.id === id)
  if (!chosen) return []
  const overlays = chosen.overlays.flatMap((over) => maps.find((one) => one.id === over) ?? [])
  return [chosen, ...overlays].filter((one) => one.available)
}
