import type { FeatureCollection } from 'geojson'
import L from 'leaflet'

/** Outlines of areas or grids. The widths grow gently with the zoom so that 8000 grids do not turn into a grey sheet. */
export class BoundaryLayer {
  private readonly layer: L.GeoJSON

  constructor(
    private readonly map: L.Map,
    features: FeatureCollection,
    renderer: L.Renderer,
    pane: string,
    private readonly look: { colour: string; weightAt16: number; dash?: string; fill?: string },
  ) {
    const options: L.GeoJSONOptions & { renderer: L.Renderer } = {
      interactive: false,
      renderer,
      pane,
      style: () => this.style(),
    }
    this.layer = L.geoJSON(features, options).addTo(map)
    map.on('zoomend', () => this.layer.setStyle(this.style()))
  }

  private style(): L.PathOptions {
    const { colour, weightAt16, dash, fill } = this.look
    const weight = Math.max(0.5, weightAt16 * 1.25 ** (this.map.getZoom() - 16))
    return {
      color: colour,
      weight,
      opacity: 0.9,
      ...(dash ? { dashArray: dash } : {}),
      ...(fill ? { fillColor: fill, fillOpacity: 0.03, fill: true } : { fill: false }),
    }
  }

  setVisible(visible: boolean): void {
    if (visible) this.layer.addTo(this.map)
    else this.layer.remove()
  }
}
