/** The wall as it is written into the address, the browser's history and the browser's memory. */
import { CAMERAS_MAX, PAGE_MAX, pageCount, trimmed, type Slots } from './assignment'
import { capacity, isLayout } from './layout'

export interface WallState {
  layout: string
  page: number
  slots: Slots
}

export interface WallView extends WallState {
  spotlight: string | null
  /** Id of the tour that is playing over the arrangement. */
  tour: string | null
}

/** What an address says about the wall; only the page on view is in it. */
export interface WallAddress {
  layout: string | null
  page: number
  cameras: (string | null)[] | null
  spotlight: string | null
  tour: string | null
}

export function readAddress(search: string): WallAddress {
  const words = new URLSearchParams(search)
  const layout = words.get('layout')
  const page = Number(words.get('page') ?? '1')
  const cameras = words.get('cameras')
  return {
    layout: isLayout(layout) ? layout : null,
    page: Number.isInteger(page) && page > 0 && page < 10_000 ? page - 1 : 0,
    cameras: cameras ? cameras.split(',').slice(0, PAGE_MAX).map((id) => id || null) : null,
    spotlight: words.get('spotlight') || null,
    tour: words.get('tour') || null,
  }
}

/** Keeps the words of the address that are not the wall's. */
export function writeAddress(search: string, view: WallView): string {
  const words = new URLSearchParams(search)
  const size = capacity(view.layout)
  const shown = view.slots.slice(view.page * size, (view.page + 1) * size)
  words.set('layout', view.layout)
  words.set('page', String(view.page + 1))
  words.set('cameras', shown.map((id) => id ?? '').join(','))
  for (const key of ['spotlight', 'tour'] as const) {
    const value = view[key]
    if (value === null) words.delete(key)
    else words.set(key, value)
  }
  // Commas, colons and slashes are legal in a query and far more readable so.
  return '?' + words.toString().replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':')
}

/** Null when there is nothing remembered or it cannot be read. */
export function parseMemory(text: string | null): WallState | null {
  if (!text) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  return readState(value)
}

/** A state that was stored somewhere, perhaps by an earlier version of the page, which wrote numbers for layouts. */
export function readState(value: unknown): WallState | null {
  if (typeof value !== 'object' || value === null) return null
  const { layout, page, slots } = value as Record<string, unknown>
  const code = typeof layout === 'number' ? String(layout) : layout
  if (!isLayout(code) || !Array.isArray(slots)) return null
  return {
    layout: code,
    page: typeof page === 'number' && Number.isInteger(page) && page >= 0 ? page : 0,
    slots: slots.slice(0, CAMERAS_MAX).map((id: unknown) => (typeof id === 'string' ? id : null)),
  }
}

export function inPages(state: WallState): WallState {
  return { ...state, page: Math.min(state.page, pageCount(state.slots, state.layout) - 1) }
}

/** The address wins over the memory; the memory over the whole estate in order. */
export function startingWall(address: WallAddress, memory: WallState | null, estate: string[], fallback: string): WallState {
  const layout = address.layout ?? memory?.layout ?? fallback
  if (address.cameras) {
    const slots: (string | null)[] = memory ? [...memory.slots] : [...estate]
    const wanted = new Set(address.cameras)
    for (let i = 0; i < slots.length; i++) if (wanted.has(slots[i] ?? null)) slots[i] = null
    const size = capacity(layout)
    const first = address.page * size
    // What the page held and the address does not name was taken off there.
    for (let i = first; i < Math.min(slots.length, first + size); i++) slots[i] = null
    while (slots.length < first) slots.push(null)
    address.cameras.slice(0, size).forEach((id, offset) => (slots[first + offset] = id))
    return { layout, page: address.page, slots: trimmed(slots) }
  }
  if (memory) return { ...memory, layout, page: address.layout ? address.page : memory.page }
  return { layout, page: address.page, slots: estate }
}
