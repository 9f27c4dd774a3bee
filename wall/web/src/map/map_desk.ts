import { inject, shallowReactive, shallowRef, type Component, type InjectionKey } from 'vue'
import type { IconName } from '../shell/Icon.vue'
import type { MapLayer } from './map_layer'
import type { MapView, Place } from './map_view'
import type { Pick } from './pick'

/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number]

/** A panel over the map's left, opened by a button; while it is open it may take the map's clicks. */
export interface MapTool {
  name: string
  /** Key of its words. */
  title: string
  icon: IconName
  panel: Component
  /** Whether there is a button for it; reactive. Without one it is opened by `MapDesk.open`. */
  button?: () => boolean
  /** Clicks go here while it is open, and open neither cards nor other panels. */
  onClick?: (place: Place, found: Pick | null) => void
  /** The pointer over the map. */
  onMove?: (place: Place) => void
  /** While it is open, dragging draws a box; the map is moved by keys and wheel. */
  onBox?: (box: Box) => void
  closed?: () => void
}

/** A button in the card of things of some layers. */
export interface CardAction {
  name: string
  title: string
  icon: IconName
  /** Names of the layers it is for. */
  kinds: readonly string[]
  /** Whether this thing has it; reactive. */
  may?: (id: string) => boolean
  run: (id: string, place: Place | null) => void
}

/** What lies on and over the operator's map. Parts put in here what they add; the pane shows it. */
export class MapDesk {
  /** All on the map; none before it is there. */
  readonly layers = shallowRef<readonly MapLayer[]>([])
  readonly tools = shallowReactive<MapTool[]>([])
  readonly actions = shallowReactive<CardAction[]>([])
  /** Parts of the layer list above the layers themselves. */
  readonly sections = shallowReactive<Component[]>([])
  readonly tool = shallowRef<MapTool | null>(null)
  /** What was clicked, with its card open. */
  readonly chosen = shallowRef<Pick | null>(null)
  /** There while the pane is. */
  readonly view = shallowRef<MapView | null>(null)
  /** Names of the layers switched off. */
  readonly off = shallowReactive(new Set<string>())
  private readonly added = new Set<MapLayer>()

  /** Call what is returned to take it off again. */
  addLayer(layer: MapLayer): () => void {
    this.added.add(layer)
    if (layer.off) this.off.add(layer.name)
    this.view.value?.addLayer(layer)
    return () => {
      this.added.delete(layer)
      this.view.value?.removeLayer(layer)
    }
  }

  addTool(tool: MapTool): void {
    this.tools.push(tool)
  }

  addAction(action: CardAction): void {
    this.actions.push(action)
  }

  /** The pane's map is there. */
  attach(view: MapView): void {
    for (const layer of this.added) view.addLayer(layer)
    view.onLayers = () => (this.layers.value = [...view.layers])
    view.onLayers()
    this.view.value = view
  }

  /** Paints a layer's sheet anew, soon. */
  redraw(name: string): void {
    const view = this.view.value
    const layer = view?.layers.find((one) => one.name === name)
    if (layer) view?.redraw(layer.sheet)
  }

  setSwitch(name: string, on: boolean): void {
    if (on) this.off.delete(name)
    else this.off.add(name)
    this.view.value?.setSwitch(name, on)
  }

  placeOf(found: Pick): Place | null {
    return this.layers.value.find((layer) => layer.name === found.kind)?.pick?.place(found.id) ?? null
  }

  open(name: string): void {
    const tool = this.tools.find((one) => one.name === name) ?? null
    if (tool === this.tool.value) return
    this.close()
    this.tool.value = tool
  }

  close(): void {
    const before = this.tool.value
    this.tool.value = null
    before?.closed?.()
  }

  toggle(name: string): void {
    if (this.tool.value?.name === name) this.close()
    else this.open(name)
  }
}

export const MAP_DESK: InjectionKey<MapDesk> = Symbol('map desk')

export function useMapDesk(): MapDesk {
  const desk = inject(MAP_DESK)
  if (!desk) throw new Error('no map desk is provided above this component')
  return desk
}
