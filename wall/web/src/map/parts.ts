import { useBaseMaps } from '../base_map/use_base_maps'
import type { MapDesk } from './map_desk'
import { useMapDispatch } from '../dispatch/use_map_dispatch'
import { useMapCoverage } from '../coverage/use_map_coverage'
import { useMapDomes } from '../ptz/use_map_domes'
import { useMapSpeakers } from '../talk/use_map_speakers'
import { useMapMeasure } from './measure/use_map_measure'
import { useMapPatrol } from './patrol/use_map_patrol'
import { useMapReplay } from './replay/use_map_replay'
import { useMapPrint } from './print/use_map_print'
import { useMapSensors } from './sensors/use_map_sensors'
import { useMapAddress } from './use_map_address'

/**
 * What other parts add to the operator's map. Each is called once in the pane's setup, where `useRoom`, `useLanguage`
 * and watchers work as in any component; it adds its layers, tools and actions to the desk.
 */
export const MAP_PARTS: readonly ((desk: MapDesk) => void)[] = [
  useMapCoverage,
  useBaseMaps,
  useMapDomes,
  useMapSpeakers,
  useMapDispatch,
  useMapSensors,
  useMapMeasure,
  useMapPatrol,
  useMapReplay,
  useMapPrint,
  useMapAddress,
]
