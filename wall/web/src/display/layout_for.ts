import { capacity, NAMED_LAYOUTS } from '../wall/layout'

/** The smallest of the usual rasters that holds so many pictures; the largest where none does. */
export function layoutFor(count: number): string {
  const plain = NAMED_LAYOUTS.filter((code) => /^\d+$/.test(code))
  return plain.find((code) => capacity(code) >= count) ?? plain[plain.length - 1] ?? '1'
}
