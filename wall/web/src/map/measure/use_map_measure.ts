import { shallowRef, watch } from 'vue'
import { distance } from '../../format/distance'
import { haloText, type Drawing, type Painter } from '../drawing'
import type { MapDesk } from '../map_desk'
import type { Place } from '../map_view'
import { MAP_FONT, PALETTE } from '../palette'
import MeasurePanel from './MeasurePanel.vue'
import { wayLength } from './measuring'

/** The places clicked, for the panel and the painter. */
export const measured = shallowRef<readonly Place[]>([])

class MeasureLayer implements Painter {
  visible = true
  places: readonly Place[] = []

  paint({ context, place }: Drawing): void {
    if (this.places.length === 0) return
    const points = this.places.map(({ lon, lat }) => place(lon, lat))
    context.beginPath()
    points.forEach(([x, y], at) => (at === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
    if (points.length > 2) {
      context.fillStyle = 'rgba(255, 214, 102, 0.12)'
      context.fill()
    }
    context.lineWidth = 2.5
    context.strokeStyle = '#ffd666'
    context.stroke()
    context.font = `600 13px ${MAP_FONT}`
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    points.forEach(([x, y], at) => {
      context.beginPath()
      context.arc(x, y, 4, 0, 2 * Math.PI)
      context.fillStyle = '#ffd666'
      context.fill()
      if (at > 0) haloText(context, distance(wayLength(this.places.slice(0, at + 1))), x + 9, y, '#ffe9ad', PALETTE.halo)
    })
  }
}

/** Distance along the places clicked, and the area between them. */
export function useMapMeasure(desk: MapDesk): void {
  const painter = new MeasureLayer()
  desk.addLayer({ name: 'measure', title: null, sheet: 'things', order: 95, painter })
  desk.addTool({
    name: 'measure', title: 'map.measure.title', icon: 'ruler', panel: MeasurePanel,
    onClick: (place) => (measured.value = [...measured.value, place]),
    closed: () => (measured.value = []),
  })
  watch(measured, (places) => {
    painter.places = places
    desk.redraw('measure')
  })
}
