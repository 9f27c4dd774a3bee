import type { Layer } from 'leaflet'
import type { Component } from 'vue'
import type { Painter } from './drawing'
import type { Place } from './map_view'

/** From the ground up. Layers that are painted anew together share a sheet: every canvas costs the compositor. */
export const SHEETS = ['ground', 'moving', 'things'] as const
export type SheetName = (typeof SHEETS)[number]

/** How the things of a layer are found under the pointer. */
export interface Pickable {
  /** Pixels from the pointer. */
  reach: number
  /** Of two things about equally near, the one with the smaller handicap. Pixels: 0 for cases, 8 workers, 16 cameras. */
  handicap: number
  each(offer: (id: string, lon: number | null, lat: number | null) => void): void
  /** Where a thing is drawn now; null when it has gone. */
  place(id: string): Place | null
}

/** One layer of the map: what draws it, where it lies, and how the operator switches it and clicks on it. */
export interface MapLayer {
  /** Its own on this map: the key of its switch and the `kind` of what is picked on it. */
  name: string
  /** Key of its words in the layer list; null: it has no switch. */
  title: string | null
  /** Of one sheet the lower are painted first. Ground: base map 0 to 39, grids 50, areas 60, writing 90. Moving: domes 10,
   * rings 20, workers 30, ways of people sent 35. Things: cameras 20, cases 60, mark 90. */
  sheet: SheetName
  order: number
  painter?: Painter
  /** Instead of a painter, something Leaflet draws itself, below all sheets: tiles of a base map. */
  leaflet?: Layer
  /** Goes on and off with the layer of this name. */
  follows?: string
  /** Off until it is switched on. */
  off?: boolean
  pick?: Pickable
  /** Shown in the card of what is picked; gets `id` and `brief`, emits `close`. */
  card?: Component
  /** How many things it shows, for the layer list; reactive. */
  count?: () => number | null
  /** Painted anew eleven times a second while this is so. */
  moving?: () => boolean
  switched?: (on: boolean) => void
  /** Characters of the font have arrived: what was measured or stamped is void. */
  fontChanged?: () => void
}

/** In the order in which they are painted. */
export function painted(layers: readonly MapLayer[], sheet: SheetName): Painter[] {
  const here = layers.filter((layer) => layer.sheet === sheet && layer.painter)
  return here.sort((a, b) => a.order - b.order).flatMap((layer) => layer.painter ?? [])
}

type Lying = { id: string; lon: number | null; lat: number | null }

/** Picking among things that lie where their own fields say. */
export function pickOf(things: () => readonly Lying[]): Omit<Pickable, 'reach' | 'handicap'> {
  return {
    each: (offer) => things().forEach(({ id, lon, lat }) => offer(id, lon, lat)),
    place: (id) => {
      const found = things().find((thing) => thing.id === id)
      return found && found.lon !== null && found.lat !== null ? { lon: found.lon, lat: found.lat } : null
    },
  }
}
