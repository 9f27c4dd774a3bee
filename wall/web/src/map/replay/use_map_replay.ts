import { onBeforeUnmount, shallowRef, watch, watchEffect } from 'vue'
import { useRoom } from '../../stores/room'
import type { MapDesk } from '../map_desk'
import { ReplayLayer } from './replay_layer'
import { ReplayStore } from './replay_store'
import ReplayPanel from './ReplayPanel.vue'

const BEAT_MS = 100
/** What is live and must not be seen beside the past. */
const LIVE = ['case', 'worker', 'dome'] as const

/** The replay on this page's map, for its panel. */
export const replay = shallowRef<ReplayStore | null>(null)

/** A past day on the map: cases opening and closing, people on their ways. */
export function useMapReplay(desk: MapDesk): void {
  const room = useRoom()
  const store = new ReplayStore(room.api, room.permissions.has('worker.see'))
  replay.value = store
  const painter = new ReplayLayer()
  const hidden = new Set<string>()
  desk.addLayer({ name: 'replay', title: null, sheet: 'moving', order: 50, painter })
  desk.addTool({
    name: 'replay', title: 'map.replay.title', icon: 'replay', panel: ReplayPanel,
    // Nothing live is opened by a click on the past.
    onClick: () => {},
    closed: () => store.close(),
  })
  watch(store.clock, (clock) => {
    if (clock) for (const name of LIVE) if (!desk.off.has(name)) hidden.add(name)
    for (const name of hidden) desk.setSwitch(name, clock === null)
    if (!clock) hidden.clear()
  })
  watchEffect(() => {
    painter.at = store.clock.value ? store.at.value : null
    painter.cases = store.cases.value.filter((item) => room.caseFilter.admitsPast(item))
    painter.tracks = store.tracks.value
    desk.redraw('replay')
  })
  const timer = setInterval(() => {
    if (store.playing.value) store.beat(BEAT_MS / 1000)
  }, BEAT_MS)
  onBeforeUnmount(() => {
    clearInterval(timer)
    store.close()
    replay.value = null
  })
}
