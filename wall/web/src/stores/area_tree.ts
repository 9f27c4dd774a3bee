/** What lies in what. Pure. */
import type { Area } from '../api/types'

/** Whether an area is this one or lies in it. */
export function lieIn(root: string, areas: readonly Area[]): (code: string) => boolean {
  const parents = new Map(areas.map(({ code, parent }) => [code, parent]))
  return (code) => {
    const seen = new Set<string>()
    for (let at: string | null | undefined = code; at && !seen.has(at); at = parents.get(at)) {
      if (at === root) return true
      seen.add(at)
    }
    return false
  }
}
