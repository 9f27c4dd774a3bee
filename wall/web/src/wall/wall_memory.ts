/** The wall as it is written into the address and into the browser's memory. */
import type { Slots } from './assignment'
import { isLayout, type Layout } from './layout'

export interface WallState {
  layout: Layout
  page: number
  slots: Slots
}

/** What an address says about the wall; only the page on view is in it. */
export interface WallAddress {
  layout: Layout | null
  page: number
  cameras: (string | null)[] | null
}

export function readAddress(search: string): WallAddress {
  const words = new URLSearchParams(search)
  const layout = Number(words.get('layout'))
  const page = Number(words.get('page') ?? '1')
  const cameras = words.get('cameras')
  return {
    layout: isLayout(layout) ? layout : null,
    page: Number.isInteger(page) && page > 0 && page < 10_000 ? page - 1 : 0,
    cameras: cameras ? cameras.split(',').slice(0, 40).map((id) => id || null) : null,
  }
}

/** Keeps the words of the address that are not the wall's. */
export function writeAddress(search: string, state: WallState): string {
  const words = new URLSearchParams(search)
  words.set('layout', String(state.layout))
  words.set('page', String(state.page + 1))
  const shown = state.slots.slice(state.page * state.layout, (state.page + 1) * state.layout)
  words.set('cameras', shown.map((id) => id ?? '').join(','))
  // Commas and slashes are legal in a query and far more readable so.
  return '?' + words.toString().replaceAll('%2C', ',').replaceAll('%2F', '/')
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
  if (typeof value !== 'object' || value === null) return null
  const { layout, page, slots } = value as Record<string, unknown>
  if (typeof layout !== 'number' || !isLayout(layout) || !Array.isArray(slots)) return null
  return {
    layout,
    page: typeof page === 'number' && Number.isInteger(page) && page >= 0 ? page : 0,
    slots: slots.slice(0, 20_000).map((id: unknown) => (typeof id === 'string' ? id : null)),
  }
}

/** The address wins over the memory; the memory over the whole estate in order. */
export function startingWall(address: WallAddress, memory: WallState | null, estate: string[], fallback: Layout): WallState {
  const layout = address.layout ?? memory?.layout ?? fallback
  if (address.cameras) {
    const slots: (string | null)[] = memory ? [...memory.slots] : [...estate]
    const wanted = new Set(address.cameras)
    for (let i = 0; i < slots.length; i++) if (wanted.has(slots[i] ?? null)) slots[i] = null
    const first = address.page * layout
    while (slots.length < first) slots.push(null)
    address.cameras.slice(0, layout).forEach((id, offset) => (slots[first + offset] = id))
    return { layout, page: address.page, slots }
  }
  if (memory) return { ...memory, layout, page: address.layout ? address.page : memory.page }
  return { layout, page: address.page, slots: estate }
}
