/** The tiles of the wall that alarms may borrow. Pure. */
import type { Arrangement } from '../wall/layout'

export interface TileWish {
  id: string
  camera: string
  level: number
  /** Unix ms. */
  at: number
  /** Ends then; null: when acknowledged. */
  until: number | null
}

/**
 * Which alarm has which of `count` tiles: place → alarm. Whoever has a tile keeps it unless a higher level waits, so
 * that a flood does not make the wall flicker; after that the highest, and among equals the newest. A camera has one
 * tile only.
 */
export function borrow(before: ReadonlyMap<number, string>, wishes: readonly TileWish[], count: number, now: number): Map<number, TileWish> {
  const alive = wishes.filter(({ until }) => until === null || until > now)
  const holding = new Set(before.values())
  const ranked = [...alive].sort((a, b) => b.level - a.level || Number(holding.has(b.id)) - Number(holding.has(a.id)) || b.at - a.at)
  const chosen: TileWish[] = []
  for (const wish of ranked) {
    if (chosen.length < count && !chosen.some(({ camera }) => camera === wish.camera)) chosen.push(wish)
  }
  const result = new Map<number, TileWish>()
  for (const [place, id] of before) {
    const wish = place < count ? chosen.find((one) => one.id === id) : undefined
    if (wish) result.set(place, wish)
  }
  for (const wish of chosen) {
    if ([...result.values()].includes(wish)) continue
    const free = Array.from({ length: count }, (_, place) => place).find((place) => !result.has(place))
    if (free !== undefined) result.set(free, wish)
  }
  return result
}

/**
 * The wall with its last tiles lent to alarms. Place 0 is the last tile of the page, 1 the one before it. A camera that
 * is on the page anyway is lifted into the alarm's tile and leaves its own empty, since a camera is shown once.
 */
export function lend(arrangement: Arrangement, page: number, size: number, borrowed: ReadonlyMap<number, string>): Arrangement {
  if (borrowed.size === 0) return arrangement
  const first = page * size
  const cameras: (string | null)[] = [...arrangement.cameras]
  while (cameras.length < first + size) cameras.push(null)
  const lent = new Set(borrowed.values())
  for (let slot = first; slot < first + size; slot++) {
    const camera = cameras[slot]
    if (camera && lent.has(camera)) cameras[slot] = null
  }
  for (const [place, camera] of borrowed) if (place < size) cameras[first + size - 1 - place] = camera
  return { layout: arrangement.layout, cameras }
}
