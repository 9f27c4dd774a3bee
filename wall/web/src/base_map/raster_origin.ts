import { tileAddress, type BaseMapInfo } from './base_map_types'
import type { TileAt } from './tile_place'
import type { TileOrigin, TilePicture } from './tile_store'

/** The ground stays dark, so that what happens on it stands out: imagery is dimmed, a paper-white map turned over. */
const FILTERS: Record<BaseMapInfo['look'], string> = {
  dimmed: 'brightness(0.68) saturate(0.8)',
  inverted: 'invert(1) hue-rotate(180deg) brightness(0.75) saturate(0.7)',
  original: 'none',
}

/** Pictures as the server has them, made dark once as they come: a filter on the canvas would cost with every frame. */
export class RasterOrigin implements TileOrigin {
  constructor(private readonly map: BaseMapInfo) {}

  async load({ z, x, y }: TileAt, signal: AbortSignal): Promise<TilePicture | null> {
    const response = await fetch(tileAddress(this.map, z, x, y), { credentials: 'same-origin', signal })
    if (response.status === 204) return null
    if (!response.ok) throw new Error(`tile: ${response.status}`)
    const image = await createImageBitmap(await response.blob())
    return { image: this.dark(image), labels: [] }
  }

  private dark(image: ImageBitmap): ImageBitmap {
    const context = this.map.look === 'original' ? null : new OffscreenCanvas(image.width, image.height).getContext('2d')
    if (!context || !('filter' in context)) return image
    context.filter = FILTERS[this.map.look]
    context.drawImage(image, 0, 0)
    image.close()
    return context.canvas.transferToImageBitmap()
  }

  close(): void {}
}
