import { shallowReactive } from 'vue'
import type { Case } from '../api/types'
import type { Box } from '../map/map_desk'

/** The server plans no more together. */
export const MOST_PLANNED = 50

/** Cases somebody is needed for. */
export const waits = (item: Case): boolean => item.assignee === null && ['filed', 'assigned', 'accepted', 'arrived'].includes(item.state)

/** The cases chosen on the map to be planned together. */
class Planning {
  readonly ids = shallowReactive(new Set<string>())

  toggle(id: string): void {
    if (!this.ids.delete(id) && this.ids.size < MOST_PLANNED) this.ids.add(id)
  }

  clear(): void {
    this.ids.clear()
  }
}

export const planning = new Planning()

/** Takes those in the box that wait for somebody, to those chosen before. */
export function chooseBox(cases: readonly Case[], [west, south, east, north]: Box): void {
  for (const item of cases) {
    if (item.lon === null || item.lat === null || !waits(item)) continue
    const inside = item.lon >= west && item.lon <= east && item.lat >= south && item.lat <= north
    if (inside && planning.ids.size < MOST_PLANNED) planning.ids.add(item.id)
  }
}
