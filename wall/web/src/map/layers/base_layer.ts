import type { Feature, FeatureCollection } from 'geojson'
import L from 'leaflet'
import { PALETTE } from '../palette'

type RoadKind = keyof typeof PALETTE.road

const MAIN = new Set(['main', 'motorway', 'trunk', 'primary', 'secondary', 'arterial'])
const PATH = new Set(['path', 'footway', 'lane', 'track', 'service'])

export function roadKind(feature: Feature): RoadKind {
  const properties = feature.properties ?? {}
  const word = String(properties['kind'] ?? properties['class'] ?? properties['highway'] ?? '')
  if (MAIN.has(word)) return 'main'
  return PATH.has(word) ? 'path' : 'minor'
}

/** Pixels; roads keep about their width on the ground from zoom 14 on. */
export function roadWeight(kind: RoadKind, zoom: number): number {
  const at16 = { main: 7, minor: 4, path: 2 }[kind]
  return Math.max(kind === 'main' ? 1.6 : 0.7, at16 * 1.55 ** (zoom - 16))
}

/** One file of the base map: water, green, buildings or roads. Drawn once, restyled with the zoom. */
export class BaseLayer {
  private readonly layer: L.GeoJSON

  constructor(
    private readonly map: L.Map,
    private readonly name: string,
    features: FeatureCollection,
    renderer: L.Renderer,
    pane: string,
  ) {
    const options: L.GeoJSONOptions & { renderer: L.Renderer } = {
      interactive: false,
      renderer,
      pane,
      pointToLayer: (_, at) => L.circleMarker(at, { radius: 0, renderer, pane }),
      style: (feature) => this.style(feature),
    }
    this.layer = L.geoJSON(features, options).addTo(map)
    map.on('zoomend', this.restyle, this)
  }

  private style(feature: Feature | undefined): L.PathOptions {
    switch (this.name) {
      case 'water': {
        const line = feature?.geometry.type.endsWith('LineString')
        return line
          ? { color: PALETTE.water, weight: roadWeight('main', this.map.getZoom()), fill: false, lineCap: 'round' }
          : { stroke: false, fillColor: PALETTE.water, fillOpacity: 1 }
      }
      case 'green':
        return { stroke: false, fillColor: PALETTE.green, fillOpacity: 1 }
      case 'buildings':
        return { color: PALETTE.buildingEdge, weight: 0.7, fillColor: PALETTE.building, fillOpacity: 1 }
      default: {
        const kind = feature ? roadKind(feature) : 'minor'
        return { color: PALETTE.road[kind], weight: roadWeight(kind, this.map.getZoom()), fill: false, lineCap: 'round', lineJoin: 'round' }
      }
    }
  }

  private restyle(): void {
    if (this.name === 'roads' || this.name === 'water') this.layer.setStyle((feature) => this.style(feature))
  }

  setVisible(visible: boolean): void {
    if (visible) this.layer.addTo(this.map)
    else this.layer.remove()
  }
}
