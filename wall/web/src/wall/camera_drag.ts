/** A camera on its way from the list, or from another tile, to a tile. */
const TYPE = 'application/x-gridwatch-camera'

export function startCameraDrag(event: DragEvent, camera: string): void {
  event.dataTransfer?.setData(TYPE, camera)
  event.dataTransfer?.setData('text/plain', camera)
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copyMove'
}

export function carriesCamera(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false
}

export function droppedCamera(event: DragEvent): string | null {
  return event.dataTransfer?.getData(TYPE) || null
}
