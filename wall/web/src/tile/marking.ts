import type { Point } from './zoom'

/** A case about to be marked on a picture. */
export interface Marking {
  camera: string
  /** What was on the tile when the operator said so. */
  picture: HTMLCanvasElement
  /** Its time of day, Unix ms by the server's clock. */
  at: number
  /** Where in the picture it stands, as fractions. */
  point?: Point
}
