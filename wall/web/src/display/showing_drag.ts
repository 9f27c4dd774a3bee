/** A preset, a tour, anything a display can show, on its way to one. */
import type { Showing } from './display_types'

const TYPE = 'application/x-gridwatch-showing'

export function startShowingDrag(event: DragEvent, showing: Showing): void {
  event.dataTransfer?.setData(TYPE, JSON.stringify(showing))
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy'
}

export function carriesShowing(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false
}

/** Only what this page put there itself; the server checks it as it does everything. */
export function droppedShowing(event: DragEvent): Showing | null {
  const text = event.dataTransfer?.getData(TYPE)
  return text ? (JSON.parse(text) as Showing) : null
}
