import type { FeatureCollection } from 'geojson'
import { ApiError, type ApiClient } from '../api/client'
import type { Camera } from '../api/types'
import type { NameOf } from './layers/label_layer'
import type { MapAhead } from './map_ahead'
import { BASE_ORDER, type MapView, type NamedFeatures } from './map_view'

export function featureName(properties: Record<string, unknown>, language: 'zh' | 'en'): string {
  const chosen = language === 'en' ? properties['name_en'] : undefined
  return String(chosen || properties['name'] || '')
}

/** Fetches the files the map is drawn from and hands them to it; keeps those whose writing depends on the language. */
export class MapData {
  private readonly named: NamedFeatures = {}

  constructor(
    private readonly api: ApiClient,
    private readonly view: MapView,
  ) {}

  /** Answers with the names of the parts that could not be had; the rest of the map is drawn all the same. */
  async load(baseLayers: readonly string[], nameOf: () => NameOf, ahead: MapAhead | null = null): Promise<string[]> {
    const missing: string[] = []
    const fetched = async (part: string, request: Promise<FeatureCollection>): Promise<FeatureCollection | null> => {
      try {
        return await request
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        missing.push(part)
        return null
      }
    }
    const known = BASE_ORDER.filter((layer) => baseLayers.includes(layer))
    const order = [...known, ...baseLayers.filter((layer) => !known.some((name) => name === layer))]
    const [areas, grids, ...base] = await Promise.all([
      fetched('areas', ahead?.areas ?? this.api.mapAreas()),
      fetched('grids', ahead?.grids ?? this.api.mapGrids()),
      ...order.map((layer) => fetched(layer, ahead?.base.get(layer) ?? this.api.mapBase(layer))),
    ])
    // In this order, because what is added later lies on top.
    order.forEach((layer, index) => {
      const features = base[index]
      if (!features) return
      this.view.addBase(layer, features, nameOf())
      if (layer === 'roads') this.named.roads = features
    })
    if (grids) {
      this.view.addGrids(grids, nameOf())
      this.named.grids = grids
    }
    if (areas) {
      this.view.addAreas(areas, nameOf())
      this.named.areas = areas
    }
    return missing
  }

  rename(nameOf: NameOf, cameraName: (camera: Camera) => string): void {
    this.view.rename(this.named, nameOf, cameraName)
  }
}
