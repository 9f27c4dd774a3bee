/** How large people and carts are at a point of the picture, between the points the server tells. Pure. */
import type { Raster } from './zone_types'

export interface SizeHere {
  /** Height of a person of 1.7 m, as a fraction of the picture's height. */
  person: number
  /** Width of a metre, as a fraction of its width. */
  metre: number
  /** From the camera. */
  metres: number
}

export const PERSON_M = 1.7
/** A vendor's cart. */
export const CART_M = { width: 1.8, height: 1.5 }

/** Null off the ground, where nobody knows. */
export function sizeAt(raster: Raster, x: number, y: number): SizeHere | null {
  if (raster.rows < 2 || raster.columns < 2 || x < 0 || x > 1 || y < 0 || y > 1) return null
  const [column, row] = [x * (raster.columns - 1), y * (raster.rows - 1)]
  const [left, top] = [Math.min(Math.floor(column), raster.columns - 2), Math.min(Math.floor(row), raster.rows - 2)]
  const parts = [
    [top * raster.columns + left, (1 - (column - left)) * (1 - (row - top))],
    [top * raster.columns + left + 1, (column - left) * (1 - (row - top))],
    [(top + 1) * raster.columns + left, (1 - (column - left)) * (row - top)],
    [(top + 1) * raster.columns + left + 1, (column - left) * (row - top)],
  ] as const
  const at = (values: readonly (number | null)[], inverse = false): number | null => {
    let sum = 0
    for (const [index, share] of parts) {
      const value = values[index]
      if (share < 1e-9) continue
      if (value === null || value === undefined) return null
      sum += share * (inverse ? 1 / Math.max(value, 1e-6) : value)
    }
    return inverse ? 1 / sum : sum
  }
  const [person, metre, metres] = [at(raster.person), at(raster.metre), at(raster.metres, true)]
  return person === null || metre === null || metres === null ? null : { person, metre, metres }
}
