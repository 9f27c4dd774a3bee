import { inject, type InjectionKey } from 'vue'
import { ROOM, type Room } from '../stores/room'
import type { MenuEntry } from './tile_menu'

/** What a page without a room (a display) has to tell its tiles. */
export interface TileSurroundings {
  timezone: string
}

export const TILE_SURROUNDINGS: InjectionKey<TileSurroundings> = Symbol('tile surroundings')

/** Further entries for the menu of every tile below: `camera` is the tile's. */
export const TILE_EXTRAS: InjectionKey<(camera: string) => MenuEntry[]> = Symbol('tile extras')

export interface TileContext {
  /** The town's: all times of day are written in it. */
  timezone: string
  /** Null where there is nobody to act: then a tile is a picture and nothing more. */
  room: Room | null
  extras: (camera: string) => MenuEntry[]
}

export function useTileContext(): TileContext {
  const room = inject(ROOM, null)
  const given = inject(TILE_SURROUNDINGS, null)
  const timezone = given?.timezone ?? room?.town.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  return { timezone, room, extras: inject(TILE_EXTRAS, () => []) }
}
