/** A display's health from its tiles. Pure. */
import type { DebugTile } from '../wall/tile_registry'
import type { TileCounts } from './display_types'

export const NO_TILES: TileCounts = { live: 0, opening: 0, stale: 0, ended: 0, unplayable: 0 }

/** Tiles out of sight (warm ones, or of a hidden page) do not count. */
export function countTiles(tiles: readonly DebugTile[]): TileCounts {
  const counts = { ...NO_TILES }
  for (const { tile, state } of tiles) if (tile >= 0 && state in counts) counts[state as keyof TileCounts]++
  return counts
}

/** Pictures a second of the live tile that has fewest, between two looks; 0 without one. */
export class SlowestTile {
  private before = new Map<string, number>()
  private at = 0

  look(tiles: readonly DebugTile[], now: number): number {
    const seconds = (now - this.at) / 1000
    const live = tiles.filter(({ tile, state }) => tile >= 0 && state === 'live')
    const rates = live.flatMap(({ camera, shown }) => {
      const before = this.before.get(camera)
      return before === undefined || shown < before || seconds <= 0 ? [] : [(shown - before) / seconds]
    })
    this.before = new Map(live.map(({ camera, shown }) => [camera, shown]))
    this.at = now
    return rates.length ? Math.min(1000, Math.round(Math.min(...rates) * 10) / 10) : 0
  }
}
