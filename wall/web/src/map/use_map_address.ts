import { onBeforeUnmount, watch } from 'vue'
import { readMapAddress, writeMapAddress } from './map_address'
import type { MapDesk } from './map_desk'

/** Moves come many at once, and browsers bound how often an address may change. */
const WAIT_MS = 400

/** The address keeps the view: whoever opens it sees the same. */
export function useMapAddress(desk: MapDesk): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    const view = desk.view.value
    if (!view) return
    const url = writeMapAddress(location.search, { ...view.middle, zoom: view.map.getZoom(), off: [...desk.off] }) + location.hash
    if (url !== location.search + location.hash) history.replaceState(history.state, '', url)
  }
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(write, WAIT_MS)
  }
  watch(desk.view, (view) => {
    if (!view) return
    const found = readMapAddress(location.search)
    if (found) {
      for (const name of found.off) desk.setSwitch(name, false)
      view.setView(found, found.zoom)
    }
    view.map.on('moveend', soon)
  })
  watch(() => [...desk.off].join(), soon)
  onBeforeUnmount(() => clearTimeout(timer))
}
