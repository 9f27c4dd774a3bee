import { capacity, NAMED_LAYOUTS, type Arrangement } from '../wall/layout'

/** The smallest of the usual rasters that holds so many pictures; the largest where none does. */
export function layoutFor(count: number): string {
  const plain = NAMED_LAYOUTS.filter((code) => /^\d+$/.test(code))
  return plain.find((code) => capacity(code) >= count) ?? plain[plain.length - 1] ?? '1'
}

/** One page of a wall: a display turns the pages of what it is given by itself. */
export function pageAlone({ layout, cameras }: Arrangement, page: number): Arrangement {
  const size = capacity(layout)
  return { layout, cameras: cameras.slice(page * size, (page + 1) * size) }
}
