import type { Drawing, Painter } from '../map/drawing'
import { latitudeOf, tilesFor, tileStrips, type Rectangle, type TileAt } from './tile_place'
import type { BaseMapInfo } from './base_map_types'
import type { TilePicture, TileStore } from './tile_store'

/** Tiles overlap their neighbours by so much where their edges are not on whole pixels: no seam shows. */
const LAP = 0.4

function viewOf({ left, top, width, height, scale }: Drawing): Rectangle {
  const lon = (x: number): number => (x / scale) * 360 - 180
  return [lon(left), latitudeOf((top + height) / scale), lon(left + width), latitudeOf(top / scale)]
}

/** What of the view the map covers; its south-west corner where they do not meet. */
function within([west, south, east, north]: Rectangle, { bounds, coordinates }: BaseMapInfo): Rectangle {
  if (!bounds) return [west, south, east, north]
  const shift = coordinates === 'gcj02' ? 0.01 : 0
  const [w, s] = [Math.max(west, bounds[0] - shift), Math.max(south, bounds[1] - shift)]
  return [w, s, Math.max(w, Math.min(east, bounds[2] + shift)), Math.max(s, Math.min(north, bounds[3] + shift))]
}

/** Paints one base map: what is there of the zoom on view, and below what is missing of it, coarser tiles. */
export class TilePainter implements Painter {
  visible = true
  /** Those the newest drawing needed and had. */
  shown: TileAt[] = []

  constructor(
    readonly map: BaseMapInfo,
    private readonly store: TileStore,
  ) {}

  paint(drawing: Drawing): void {
    const view = viewOf(drawing)
    const zoom = drawing.zoom + (this.map.kind === 'raster' ? Math.log2(Math.max(1, devicePixelRatio)) : 0)
    const needed = tilesFor(this.reach, within(view, this.map), zoom)
    this.store.want([...needed, ...this.parentsOfEmpty(needed)])
    this.shown = needed.filter((tile) => this.store.ready(tile))
    const drawn = new Map<string, TileAt>()
    const add = (tile: TileAt): void => void drawn.set(`${tile.z}/${tile.x}/${tile.y}`, tile)
    for (const tile of needed) {
      if (this.store.ready(tile)) {
        add(tile)
        continue
      }
      const above = this.store.ancestor(tile)
      if (above) add(above)
      if (!this.store.isEmpty(tile)) this.store.children(tile).forEach(add)
    }
    const { context } = drawing
    context.save()
    context.globalAlpha = this.map.opacity
    for (const tile of [...drawn.values()].sort((a, b) => a.z - b.z)) {
      const picture = this.store.ready(tile)
      if (picture) this.draw(drawing, tile, picture)
    }
    context.restore()
  }

  /** A vector tile can be drawn at any zoom. */
  private get reach(): Pick<BaseMapInfo, 'grid' | 'coordinates' | 'min_zoom' | 'max_zoom'> {
    return this.map.kind === 'vector' ? { ...this.map, max_zoom: 22 } : this.map
  }

  /** Many files have their largest zooms in the middle of the town alone. */
  private parentsOfEmpty(needed: readonly TileAt[]): TileAt[] {
    const found = new Map<string, TileAt>()
    for (const tile of needed) {
      let { z, x, y } = tile
      while (z > this.map.min_zoom && this.store.isEmpty({ z, x, y })) {
        z -= 1
        x >>= 1
        y >>= 1
      }
      if (z < tile.z) found.set(`${z}/${x}/${y}`, { z, x, y })
    }
    return [...found.values()]
  }

  private draw({ context, scale, left, top }: Drawing, tile: TileAt, { image }: TilePicture): void {
    const straight = this.map.coordinates === 'wgs84'
    const strips = tileStrips(this.map, tile)
    const high = image.height / strips.length
    strips.forEach(({ nw, ne, sw }, n) => {
      const x = nw[0] * scale - left
      const y = nw[1] * scale - top
      if (straight) {
        const [x0, y0, x1, y1] = [x, y, ne[0] * scale - left, sw[1] * scale - top].map(onPixel) as [number, number, number, number]
        context.drawImage(image, 0, n * high, image.width, high, x0, y0, x1 - x0, y1 - y0)
        return
      }
      const right = [(ne[0] - nw[0]) * scale, (ne[1] - nw[1]) * scale] as const
      const down = [(sw[0] - nw[0]) * scale, (sw[1] - nw[1]) * scale] as const
      const lapX = LAP / Math.hypot(...right)
      const lapY = LAP / Math.hypot(...down)
      context.save()
      context.transform(right[0], right[1], down[0], down[1], x, y)
      context.drawImage(image, 0, n * high, image.width, high, -lapX, -lapY, 1 + 2 * lapX, 1 + 2 * lapY)
      context.restore()
    })
  }

  /** What is written on the tiles on view. */
  get labels(): TilePicture['labels'] {
    return this.shown.flatMap((tile) => this.store.ready(tile)?.labels ?? [])
  }
}

function onPixel(at: number): number {
  return Math.round(at * devicePixelRatio) / devicePixelRatio
}
