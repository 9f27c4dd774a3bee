/** Which camera is in which place of the wall. Pure: every function returns a new list. */
import { capacity, CELLS_MAX } from './layout'

/** Camera ids by place, over all pages; null is an empty place. A camera is on the wall at most once. */
export type Slots = readonly (string | null)[]

/** As many as an arrangement that is stored may hold. */
export const CAMERAS_MAX = 4096

export function trimmed(slots: Slots): Slots {
  let end = slots.length
  while (end > 0 && slots[end - 1] === null) end--
  return slots.slice(0, end)
}

function padded(slots: Slots, length: number): (string | null)[] {
  const copy = [...slots]
  while (copy.length < length) copy.push(null)
  return copy
}

/** Puts a camera into a place. If it was on the wall already, the two places change over. */
export function place(slots: Slots, index: number, camera: string): Slots {
  const next = padded(slots, index + 1)
  const before = next.indexOf(camera)
  if (before >= 0) next[before] = next[index] ?? null
  next[index] = camera
  return trimmed(next)
}

/** The two places change over, empty or not. */
export function swap(slots: Slots, one: number, other: number): Slots {
  const next = padded(slots, Math.max(one, other) + 1)
  const moved = next[one] ?? null
  next[one] = next[other] ?? null
  next[other] = moved
  return trimmed(next)
}

/** Puts cameras into the first empty places from `from` on, leaving out those on the wall already. */
export function putIn(slots: Slots, cameras: readonly string[], from: number): Slots {
  const next = padded(slots, 0)
  const there = new Set(next)
  let at = from
  for (const camera of cameras) {
    if (there.has(camera)) continue
    while (at < next.length && next[at] !== null) at++
    while (next.length < at) next.push(null)
    next[at] = camera
    there.add(camera)
  }
  return trimmed(next)
}

export function clear(slots: Slots, index: number): Slots {
  const next = [...slots]
  if (index < next.length) next[index] = null
  return trimmed(next)
}

/** Drops cameras that are gone, and a camera's second place, keeping the others where they are. */
export function keepKnown(slots: Slots, known: ReadonlySet<string>): Slots {
  const seen = new Set<string>()
  return trimmed(
    slots.map((id) => {
      if (id === null || !known.has(id) || seen.has(id)) return null
      seen.add(id)
      return id
    }),
  )
}

export function pageCount(slots: Slots, layout: string): number {
  return Math.max(1, Math.ceil(slots.length / capacity(layout)))
}

export function pageOf(slots: Slots, layout: string, page: number): (string | null)[] {
  const size = capacity(layout)
  return padded(slots.slice(page * size, (page + 1) * size), size)
}

/** The page that keeps the first picture of `page` in view when the layout changes. */
export function pageAfterLayoutChange(page: number, before: string, after: string): number {
  return Math.floor((page * capacity(before)) / capacity(after))
}

/** Cameras of one page as an address may name them. */
export const PAGE_MAX = CELLS_MAX
