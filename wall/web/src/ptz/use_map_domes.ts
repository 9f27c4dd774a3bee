import { watchEffect } from 'vue'
import { DomeLayer } from '../map/layers/dome_layer'
import type { MapDesk } from '../map/map_desk'
import { useRoom } from '../stores/room'

/** What the domes see at this moment, on the map. */
export function useMapDomes(desk: MapDesk): void {
  const room = useRoom()
  const painter = new DomeLayer()
  desk.addLayer({ name: 'dome', title: 'map.layer.domes', sheet: 'moving', order: 10, painter, count: () => room.ptz.domes.value.length })
  watchEffect(() => {
    painter.domes = room.ptz.domes.value.map(({ id, lon, lat }) => {
      const news = room.ptz.news.get(id)
      return { camera: id, lon, lat, view: news?.view ?? null, moving: news?.moving === true, held: room.ptz.inHand.value === id }
    })
    desk.redraw('dome')
  })
}
