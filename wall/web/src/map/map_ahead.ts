import type { FeatureCollection } from 'geojson'
import type { ApiClient } from '../api/client'

export interface MapAhead {
  areas: Promise<FeatureCollection>
  grids: Promise<FeatureCollection>
  base: Map<string, Promise<FeatureCollection>>
}

/** Asks for the map's files before there is a map. What fails is told to whoever waits for it. */
export function askAhead(api: ApiClient, baseLayers: readonly string[]): MapAhead {
  const quiet = <T>(request: Promise<T>): Promise<T> => {
    request.catch(() => {})
    return request
  }
  return {
    grids: quiet(api.mapGrids()),
    areas: quiet(api.mapAreas()),
    base: new Map(baseLayers.map((layer) => [layer, quiet(api.mapBase(layer))])),
  }
}
