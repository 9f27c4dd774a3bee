import L from 'leaflet'
import { Sheet } from '../map/sheet'
import type { BaseMapInfo } from './base_map_types'
import { RasterOrigin } from './raster_origin'
import { TileLabels } from './tile_labels'
import { TilePainter } from './tile_painter'
import { TileStore } from './tile_store'
import { VectorOrigin } from './vector_origin'

/** The pane below all sheets (`map_view.ts`). */
const PANE = 'backdrop'
/** How often a map that is being dragged is painted anew, so that it does not end at what was on view before. */
const DRAG_MS = 160

export interface BaseMapWords {
  language: () => 'zh' | 'en'
  /** Said on the map while tiles cannot be had. */
  failing: () => string
}

/** A base map with what is drawn over it, as one canvas below all others, and who made it in the corner. */
export class BaseMapLayer extends L.Layer {
  private sheet: Sheet | null = null
  private stores: TileStore[] = []
  private painters: TilePainter[] = []
  private writing: TileLabels[] = []
  private readonly note = L.DomUtil.create('p', 'base-map-note')
  private readonly corner = new (L.Control.extend({ onAdd: () => this.note }))({ position: 'bottomright' })
  private zooming = false
  private dragTimer: ReturnType<typeof setTimeout> | undefined
  private host: L.Map | null = null

  /** `maps`: the base map, then its overlays. */
  constructor(
    private readonly maps: readonly BaseMapInfo[],
    private readonly words: BaseMapWords,
  ) {
    super()
  }

  override onAdd(map: L.Map): this {
    this.host = map
    this.stores = this.maps.map((one) => new TileStore(one.kind === 'vector' ? { ...one, max_zoom: 22 } : one, one.kind === 'vector' ? new VectorOrigin(one) : new RasterOrigin(one)))
    this.painters = this.maps.map((one, n) => new TilePainter(one, this.stores[n] as TileStore))
    this.writing = this.painters.flatMap((painter) =>
      painter.map.kind === 'vector' ? [new TileLabels(painter.map.style, () => painter.labels, this.words.language)] : [],
    )
    const sheet = new Sheet(map, PANE, [...this.painters, ...this.writing])
    this.sheet = sheet
    for (const store of this.stores) {
      store.onChange = () => {
        this.tell()
        sheet.redrawSoon()
      }
    }
    map.on('zoomstart', this.zoomBegins, this)
    map.on('zoomend', this.zoomEnds, this)
    map.on('move', this.dragged, this)
    this.corner.addTo(map)
    L.DomEvent.disableClickPropagation(this.note)
    this.note.setAttribute('role', 'status')
    this.note.dataset['testid'] = 'base-map-note'
    this.tell()
    sheet.redrawSoon()
    return this
  }

  override onRemove(map: L.Map): this {
    map.off('zoomstart', this.zoomBegins, this)
    map.off('zoomend', this.zoomEnds, this)
    map.off('move', this.dragged, this)
    clearTimeout(this.dragTimer)
    this.sheet?.remove()
    this.sheet = null
    for (const store of this.stores) store.close()
    this.stores = []
    this.corner.remove()
    this.host = null
    return this
  }

  private zoomBegins(): void {
    this.zooming = true
  }

  private zoomEnds(): void {
    this.zooming = false
  }

  private dragged(): void {
    if (this.zooming || this.dragTimer !== undefined) return
    this.dragTimer = setTimeout(() => {
      this.dragTimer = undefined
      if (!this.zooming) this.sheet?.redrawSoon()
    }, DRAG_MS)
  }

  /** Who made the map; and that it cannot be had, while that is so. */
  private tell(): void {
    const failing = this.stores.some((store) => store.failing)
    const sources = [...new Set(this.maps.map((one) => one.attribution).filter(Boolean))].join(' · ')
    const text = [failing ? this.words.failing() : '', sources].filter(Boolean).join(' — ')
    this.note.classList.toggle('failing', failing)
    if (this.note.textContent !== text) this.note.textContent = text
    this.note.hidden = text === ''
  }

  /** Written in another language, or with new characters of the font. */
  rewrite(): void {
    for (const one of this.writing) one.fontChanged()
    if (this.host) this.tell()
    this.sheet?.redrawSoon()
  }
}
