/** Which camera is in which place of the wall. Pure: every function returns a new list. */
import type { Layout } from './layout'

/** Camera ids by place, over all pages; null is an empty place. A camera is on the wall at most once. */
export type Slots = readonly (string | null)[]

function trimmed(slots: (string | null)[]): Slots {
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

export function clear(slots: Slots, index: number): Slots {
  const next = [...slots]
  if (index < next.length) next[index] = null
  return trimmed(next)
}

/** Drops cameras that are gone, keeping the others where they are. */
export function keepKnown(slots: Slots, known: ReadonlySet<string>): Slots {
  return trimmed(slots.map((id) => (id !== null && known.has(id) ? id : null)))
}

export function pageCount(slots: Slots, layout: Layout): number {
  return Math.max(1, Math.ceil(slots.length / layout))
}

export function pageOf(slots: Slots, layout: Layout, page: number): (string | null)[] {
  return padded(slots.slice(page * layout, (page + 1) * layout), layout)
}

/** The page that keeps the first picture of `page` in view when the layout changes. */
export function pageAfterLayoutChange(page: number, before: Layout, after: Layout): number {
  return Math.floor((page * before) / after)
}
