import { computed, ref } from 'vue'
import type { Camera } from '../api/types'
import { useLanguage } from '../i18n'
import { goTo } from '../shell/page_path'
import { calibrateAddress } from '../calibrate/address'
import { zonesAddress } from '../zones/address'
import { canCopy } from './snapshot'
import type { TileContext } from './tile_context'
import type { MenuEntry } from './tile_menu'
import { CLIP_SECONDS } from './use_tile_files'
import { STEP, type Point } from './zoom'

/** What the menu's lines do; the tile lends them. */
export interface TileDeeds {
  camera: () => Camera | null
  zoomed: () => boolean
  replaying: () => boolean
  zoomBy: (factor: number) => void
  zoomReset: () => void
  toggleReplay: () => void
  /** Null where it cannot be turned. */
  turn: () => (() => void) | null
  saveLast: () => Promise<void>
  savePicture: (how?: { writing?: boolean; seen?: boolean }) => Promise<void>
  copy: () => Promise<void>
  mark: (point?: Point) => void
  /** Of the picture, under the pointer; null outside it. */
  pointAt: (event: MouseEvent) => Point | null
  enlarge: () => void
  close: () => void
}

/** The tile's menu: all its actions in one list, and where it opens. */
export function useTileMenu(deeds: TileDeeds, { room, extras }: TileContext) {
  const { t } = useLanguage()
  const at = ref<{ x: number; y: number } | null>(null)
  const point = ref<Point | null>(null)
  const mayMark = computed(() => room?.permissions.has('case.create') === true)

  const entries = computed<MenuEntry[]>(() => {
    const camera = deeds.camera()
    if (!camera) return []
    const zoomed = deeds.zoomed()
    const turn = deeds.turn()
    const here = point.value
    const list: (MenuEntry | false)[] = [
      { id: 'enlarge', icon: 'expand', label: t('tileAct.enlarge'), group: 'picture', key: 'Enter', run: deeds.enlarge },
      turn !== null && { id: 'turn', icon: 'dome', label: t('ptz.turn'), group: 'picture', key: 'P', run: turn },
      { id: 'zoom-in', icon: 'plus', label: t('zoom.in'), group: 'picture', key: '+', run: () => deeds.zoomBy(STEP * STEP) },
      zoomed && { id: 'zoom-out', icon: 'minus', label: t('zoom.out'), group: 'picture', key: '−', run: () => deeds.zoomBy(1 / (STEP * STEP)) },
      zoomed && { id: 'zoom-reset', icon: 'home', label: t('zoom.reset'), group: 'picture', key: '0', run: deeds.zoomReset },
      room !== null && { id: 'replay', icon: 'replay', label: t(deeds.replaying() ? 'tileAct.live' : 'tileAct.replay'), group: 'replay', key: 'R', run: deeds.toggleReplay },
      room !== null && { id: 'save-last', icon: 'save', label: t('tileAct.saveLast', { n: CLIP_SECONDS }), group: 'replay', run: () => void deeds.saveLast() },
      { id: 'save', icon: 'picture', label: t('tileAct.save'), group: 'replay', key: 'S', run: () => void deeds.savePicture() },
      zoomed && { id: 'save-part', icon: 'picture', label: t('tileAct.savePart'), group: 'replay', run: () => void deeds.savePicture({ seen: true }) },
      { id: 'save-plain', icon: 'picture', label: t('tileAct.savePlain'), group: 'replay', run: () => void deeds.savePicture({ writing: false }) },
      canCopy() && { id: 'copy', icon: 'copy', label: t('tileAct.copy'), group: 'replay', run: () => void deeds.copy() },
      mayMark.value && here !== null && camera.view !== null && !camera.ptz && { id: 'mark-here', icon: 'pin', label: t('tileGround.caseHere'), group: 'case', run: () => deeds.mark(here) },
      mayMark.value && { id: 'mark', icon: 'flag', label: t('tileAct.mark'), group: 'case', key: 'M', run: () => deeds.mark() },
      room !== null && camera.lon !== null && { id: 'map', icon: 'map', label: t('tileAct.showOnMap'), group: 'case', run: () => showOnMap(camera) },
      room?.permissions.has('estate.manage') === true && { id: 'zones', icon: 'pencil', label: t('zones.open'), group: 'case', run: () => goTo(zonesAddress(camera.id)) },
      room?.permissions.has('estate.manage') === true && { id: 'calibrate', icon: 'target', label: t('calibrate.open'), group: 'case', run: () => goTo(calibrateAddress(camera.id)) },
      ...extras(camera.id),
      { id: 'close', icon: 'close', label: t('tileAct.close'), group: 'wall', key: 'Delete', run: deeds.close },
    ]
    return list.filter((entry) => entry !== false)
  })

  function showOnMap({ lon, lat }: Camera): void {
    if (lon !== null && lat !== null) room?.flyTo({ lon, lat }, 17)
  }

  /** At the pointer, or for the keyboard's menu key (which names no place) in the middle of the tile. */
  function open(event: MouseEvent, tile: HTMLElement): void {
    const box = tile.getBoundingClientRect()
    const named = event.clientX !== 0 || event.clientY !== 0
    point.value = named ? deeds.pointAt(event) : null
    at.value = named ? { x: event.clientX, y: event.clientY } : { x: box.left + box.width / 3, y: box.top + box.height / 3 }
  }

  function openBelow(button: HTMLElement): void {
    const box = button.getBoundingClientRect()
    point.value = null
    at.value = { x: box.left, y: box.bottom + 2 }
  }

  return { at, entries, mayMark, open, openBelow }
}
