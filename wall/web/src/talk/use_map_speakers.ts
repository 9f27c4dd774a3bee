import { onBeforeUnmount, watchEffect } from 'vue'
import type { MapDesk } from '../map/map_desk'
import { useRoom } from '../stores/room'
import SpeakerCard from './SpeakerCard.vue'
import SpeakPanel from './SpeakPanel.vue'
import { SpeakerLayer } from './speaker_layer'

const TOOL = 'speak'

/** Loudspeakers on the map, their cards, and the panel that speaks through them. */
export function useMapSpeakers(desk: MapDesk): void {
  const { talk } = useRoom()
  const painter = new SpeakerLayer()
  const there = (): boolean => talk.speakers.size > 0
  desk.addLayer({
    name: 'speaker',
    title: 'talk.layer',
    sheet: 'things',
    order: 30,
    painter,
    pick: {
      reach: 14,
      handicap: 6,
      each: (offer) => {
        for (const one of talk.speakers.values()) offer(one.id, one.lon, one.lat)
      },
      place: (id) => talk.speakers.get(id) ?? null,
    },
    card: SpeakerCard,
    count: () => talk.speakers.size,
  })
  desk.addTool({
    name: TOOL,
    title: 'talk.title',
    icon: 'sound',
    panel: SpeakPanel,
    button: () => talk.maySpeak && there(),
    onClick: (place, found) => {
      if (found?.kind === 'speaker') talk.toggle(found.id)
      else void talk.choose({ near: place })
    },
    closed: () => talk.leave(),
  })
  desk.addAction({
    name: TOOL,
    title: 'talk.title',
    icon: 'sound',
    kinds: ['speaker'],
    may: (id) => talk.speakers.get(id)?.may_speak === true,
    run: (id) => void talk.open({ speaker: id }),
  })
  talk.openPanel = () => desk.open(TOOL)
  onBeforeUnmount(() => (talk.openPanel = () => {}))
  watchEffect(() => {
    painter.speakers = [...talk.speakers.values()]
    painter.chosen = desk.tool.value?.name === TOOL ? new Set(talk.chosen) : new Set()
    desk.redraw('speaker')
  })
}
