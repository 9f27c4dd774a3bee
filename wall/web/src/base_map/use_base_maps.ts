import { h, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { ApiError } from '../api/client'
import { useLanguage } from '../i18n'
import type { MapDesk } from '../map/map_desk'
import { useRoom } from '../stores/room'
import { drawnFor, remember, remembered } from './base_map_choice'
import { BaseMapLayer } from './base_map_layer'
import { OWN, type BaseMapInfo } from './base_map_types'
import BaseMapChoice from './BaseMapChoice.vue'
import './base_map.css'

/** What of the town's own layers a base map takes the place of; the operator may switch each on over it. */
const REPLACED = /^base\./
/** How soon a map that could not be used is looked for again. */
const LOOK_MS = 60_000

export interface BaseMapDesk {
  list: Ref<readonly BaseMapInfo[]>
  chosen: Ref<string>
  choose(id: string): void
}

/** Base maps on the operator's map: which there are, the one he chose, and their choice in the layer list. */
export function useBaseMaps(desk: MapDesk): void {
  const room = useRoom()
  const { t, language, locale } = useLanguage()
  const list = shallowRef<readonly BaseMapInfo[]>([])
  const chosen = ref(OWN)
  let shown: BaseMapLayer | null = null
  let drawn = ''
  let takeOff = (): void => {}
  /** Own layers switched for the kind of map on view: what the operator switches after that stays so. */
  const switched = new Set<string>()

  function show(): void {
    const maps = drawnFor(chosen.value, list.value)
    const now = JSON.stringify(maps)
    if (now === drawn) return
    drawn = now
    takeOff()
    takeOff = () => {}
    if ((shown !== null) !== maps.length > 0) switched.clear()
    shown = maps.length > 0 ? new BaseMapLayer(maps, { language, failing: () => t('baseMap.failing') }) : null
    if (shown) takeOff = desk.addLayer({ name: 'base-map', title: null, sheet: 'ground', order: -1, leaflet: shown, fontChanged: () => shown?.rewrite() })
    replaceOwn()
  }

  /** Own layers that arrive later are switched as they come. */
  function replaceOwn(): void {
    for (const { name } of desk.layers.value) {
      if (!REPLACED.test(name) || switched.has(name)) continue
      switched.add(name)
      if (desk.off.has(name) !== (shown !== null)) desk.setSwitch(name, shown === null)
    }
  }

  function choose(id: string): void {
    chosen.value = id
    remember(localStorage, room.me.id, id)
    show()
  }

  async function load(): Promise<void> {
    try {
      list.value = (await room.api.call<{ items: BaseMapInfo[] }>('GET', '/map/base-maps')).items
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return
    }
    chosen.value = remembered(localStorage, room.me.id, list.value)
    show()
  }

  const maps: BaseMapDesk = { list, chosen, choose }
  desk.sections.push(() => h(BaseMapChoice, { maps }))
  watch(locale, () => shown?.rewrite())
  watch(() => desk.layers.value.filter((layer) => REPLACED.test(layer.name)).length, replaceOwn)
  const timer = setInterval(() => {
    if (list.value.some((one) => !one.available)) void load()
  }, LOOK_MS)
  onBeforeUnmount(() => clearInterval(timer))
  void load()
}
