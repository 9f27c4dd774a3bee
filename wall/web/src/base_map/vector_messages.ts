import type { TileAt } from './tile_place'
import type { TileLabel } from './tile_store'
import type { StyleName } from './vector_style'

/** One square of the map to be drawn; `data` is the tile it lies in. */
export interface ToVectorWorker {
  id: number
  address: string
  data: TileAt
  at: TileAt
  /** Pixels of the picture each way. */
  size: number
  style: StyleName
}

/** No image and no problem: there is no tile. */
export interface FromVectorWorker {
  id: number
  image: ImageBitmap | null
  labels: TileLabel[]
  problem: string | null
}
