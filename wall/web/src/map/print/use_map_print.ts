import type { MapDesk } from '../map_desk'
import PrintPanel from './PrintPanel.vue'

/** The map as it is seen, on paper: A4 or A3, or as a picture. */
export function useMapPrint(desk: MapDesk): void {
  desk.addTool({ name: 'print', title: 'map.print.title', icon: 'printer', panel: PrintPanel })
}
