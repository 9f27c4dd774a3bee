import { inject, provide, watch, watchEffect, type InjectionKey } from 'vue'
import { ApiError } from '../api/client'
import type { MapDesk } from '../map/map_desk'
import { useRoom } from '../stores/room'
import { CoverageLayer } from './coverage_layer'
import CoveragePanel from './CoveragePanel.vue'
import { CoverageStore } from './coverage_store'

const COVERAGE: InjectionKey<CoverageStore> = Symbol('coverage')

export function useCoverage(): CoverageStore | null {
  return inject(COVERAGE, null)
}

/** What cameras cover as a layer of the map, and the panel that chooses which cameras count. */
export function useMapCoverage(desk: MapDesk): void {
  const room = useRoom()
  if (!room.permissions.has('camera.see')) return
  const store = new CoverageStore(room)
  provide(COVERAGE, store)
  const painter = new CoverageLayer()
  let grids = false

  async function look(on: boolean): Promise<void> {
    store.look(on)
    if (!on || grids) return
    grids = true
    try {
      painter.setGrids(await room.api.mapGrids())
      desk.redraw('coverage')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      grids = false
    }
  }

  desk.addLayer({ name: 'coverage', title: 'coverage.layer', sheet: 'ground', order: 45, painter, off: true, switched: (on) => void look(on) })
  desk.addTool({ name: 'coverage', title: 'coverage.title', icon: 'target', panel: CoveragePanel })
  watch(desk.tool, (tool) => {
    if (tool?.name === 'coverage') desk.setSwitch('coverage', true)
  })
  watchEffect(() => {
    painter.setFound(store.found.value, store.shares.value)
    desk.redraw('coverage')
  })
}
