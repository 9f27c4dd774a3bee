/** A case on its way to a display; its camera can be dropped on a tile, as any camera. */
import type { Case } from '../api/types'
import { startCameraDrag } from '../wall/camera_drag'

const TYPE = 'application/x-gridwatch-case'

export function startCaseDrag(event: DragEvent, item: Case): void {
  event.dataTransfer?.setData(TYPE, item.id)
  if (item.camera_id) startCameraDrag(event, item.camera_id)
}

export function carriesCase(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false
}

export function droppedCase(event: DragEvent): string | null {
  return event.dataTransfer?.getData(TYPE) || null
}
