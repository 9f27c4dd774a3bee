import { onBeforeUnmount, shallowReactive, shallowRef, watch, watchEffect } from 'vue'
import { clockTime } from '../../format/time'
import { useRoom } from '../../stores/room'
import type { MapDesk } from '../map_desk'
import { dayIn } from '../replay/replay_clock'
import PatrolPanel from './PatrolPanel.vue'
import { PatrolLayer } from './patrol_layer'
import { hourMarks, stretches, type PatrolDay, type Place } from './patrol_way'

/** Whose day is on the map, for its panel. */
export const patrolled = shallowRef<string | null>(null)
export const patrol = shallowRef<PatrolDay | null>(null)

/** From a worker's card: where he went on a day, and on with him while the day lasts. */
export function useMapPatrol(desk: MapDesk): void {
  const room = useRoom()
  if (!room.permissions.has('worker.see')) return
  const painter = new PatrolLayer()
  /** Places he was at since the day was asked for. */
  const since = shallowReactive<Place[]>([])
  desk.addLayer({ name: 'patrol', title: null, sheet: 'moving', order: 25, painter })
  desk.addTool({ name: 'patrol', title: 'map.patrol.title', icon: 'person', panel: PatrolPanel, button: () => false, closed: () => (patrolled.value = null) })
  desk.addAction({
    name: 'patrol', title: 'map.patrol.open', icon: 'replay', kinds: ['worker'],
    run: (id) => {
      patrolled.value = id
      desk.open('patrol')
    },
  })
  watch([patrolled, patrol], () => since.splice(0))
  const forget = room.workers.onMove(() => {
    const [shown, worker] = [patrol.value, patrolled.value ? room.workers.byId.get(patrolled.value) : undefined]
    if (!shown || worker?.lon == null || worker.lat === null || worker.position_at === null) return
    const last = since[since.length - 1] ?? shown.places[shown.places.length - 1]
    const [from, until] = dayIn(shown.day, room.town.timezone)
    if (worker.position_at < Math.max(from, (last?.[2] ?? 0) + 1) || worker.position_at >= until) return
    since.push([worker.lon, worker.lat, worker.position_at])
  })
  watchEffect(() => {
    const shown = patrolled.value === null ? null : patrol.value
    const ways = shown ? stretches([...shown.places, ...since]) : []
    const midnight = shown ? dayIn(shown.day, room.town.timezone)[0] : 0
    painter.ways = ways
    painter.hours = hourMarks(ways, midnight).map(({ lon, lat, at }) => ({ lon, lat, text: clockTime(at, room.town.timezone) }))
    desk.redraw('patrol')
  })
  onBeforeUnmount(() => {
    forget()
    patrolled.value = null
    patrol.value = null
  })
}
