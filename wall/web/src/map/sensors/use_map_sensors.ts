import { onBeforeUnmount, ref } from 'vue'
import { ApiError } from '../../api/client'
import { useRoom } from '../../stores/room'
import type { MapDesk } from '../map_desk'
import SensorCard from './SensorCard.vue'
import { sensorKey, SensorLayer, type Sensor } from './sensor_layer'

const EVERY_MS = 15_000

/** Sensors with how they stand, asked for anew now and then: their alarms are cases, which come at once. */
export function useMapSensors(desk: MapDesk): void {
  const room = useRoom()
  if (!room.permissions.has('camera.see')) return
  const painter = new SensorLayer()
  const count = ref(0)
  const placed = (): { id: string; lon: number; lat: number }[] => painter.sensors.map((one) => ({ id: sensorKey(one), lon: one.lon, lat: one.lat }))
  desk.addLayer({
    name: 'sensor', title: 'map.layer.sensors', sheet: 'things', order: 16, painter, card: SensorCard, count: () => count.value,
    pick: {
      reach: 10,
      handicap: 12,
      each: (offer) => placed().forEach(({ id, lon, lat }) => offer(id, lon, lat)),
      place: (id) => placed().find((one) => one.id === id) ?? null,
    },
  })

  async function load(): Promise<void> {
    try {
      painter.sensors = (await room.api.call<{ items: Sensor[] }>('GET', '/map/sensors')).items
      count.value = painter.sensors.length
      desk.redraw('sensor')
    } catch (error) {
      // Asked again in a moment.
      if (!(error instanceof ApiError)) throw error
    }
  }

  void load()
  const timer = setInterval(() => {
    if (!document.hidden && count.value > 0) void load()
  }, EVERY_MS)
  onBeforeUnmount(() => clearInterval(timer))
}
