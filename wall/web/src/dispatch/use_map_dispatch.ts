import { onBeforeUnmount, onMounted, watch, watchEffect } from 'vue'
import { useLanguage } from '../i18n'
import type { MapDesk } from '../map/map_desk'
import { useRoom } from '../stores/room'
import { chooseBox, planning } from './planning'
import PlanPanel from './PlanPanel.vue'
import { minutes } from './plan_rows'
import { WaysLayer, type DrawnWay } from './ways_layer'

const LOOK_MS = 2000

/** On the map: the way pointed at, the ways of who was sent, and a box drawn round cases to plan them together. */
export function useMapDispatch(desk: MapDesk): void {
  const room = useRoom()
  const { t } = useLanguage()
  const painter = new WaysLayer()
  desk.addLayer({ name: 'ways', title: 'dispatch.layer', sheet: 'moving', order: 35, painter, count: () => room.dispatch.followed.size })
  watchEffect(() => {
    const ways: DrawnWay[] = []
    for (const { way, state, workerId } of room.dispatch.followed.values()) {
      const name = room.workers.byId.get(workerId)?.name ?? ''
      if (way) ways.push({ line: way.line, look: state, label: `${name} ${t('dispatch.minutes', { n: minutes(way.travel_s) })}` })
    }
    const pointed = room.dispatch.pointed.value
    if (pointed) ways.push({ line: pointed.line, look: 'pointed', label: t('dispatch.minutes', { n: minutes(pointed.travel_s) }) })
    painter.ways = ways
    desk.redraw('ways')
  })
  watch([room.selectedCaseId, room.dispatch.underWay], ([id]) => {
    room.dispatch.selectedId.value = id
    void room.dispatch.keepUp(performance.now())
  }, { immediate: true })
  let timer: ReturnType<typeof setInterval> | null = null
  onMounted(() => (timer = setInterval(() => document.hidden || void room.dispatch.keepUp(performance.now()), LOOK_MS)))
  onBeforeUnmount(() => timer !== null && clearInterval(timer))
  if (!room.dispatch.maySend) return
  desk.addTool({
    name: 'plan', title: 'dispatch.plan', icon: 'send', panel: PlanPanel,
    onBox: (box) => chooseBox(room.cases.open.value, box),
    onClick: (_place, found) => {
      if (found?.kind === 'case') planning.toggle(found.id)
    },
    closed: () => planning.clear(),
  })
}
