/** A camera on its way from the list, or from another tile, to a tile. */
const TYPE = 'application/x-gridwatch-camera'
/** Many cameras, such as those of an area: they fill the wall. */
const MANY = 'application/x-gridwatch-cameras'

export function startCamerasDrag(event: DragEvent, cameras: readonly string[]): void {
  event.dataTransfer?.setData(MANY, JSON.stringify(cameras))
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy'
}

export function carriesCameras(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(MANY) ?? false
}

export function droppedCameras(event: DragEvent): string[] {
  const text = event.dataTransfer?.getData(MANY)
  if (!text) return []
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : []
}

/** `label`: what goes along under the pointer where the thing dragged has no looks of its own. */
export function startCameraDrag(event: DragEvent, camera: string, label = ''): void {
  if (label) showLabel(event, label)
  event.dataTransfer?.setData(TYPE, camera)
  event.dataTransfer?.setData('text/plain', camera)
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copyMove'
}

function showLabel(event: DragEvent, label: string): void {
  const sign = document.createElement('div')
  sign.className = 'drag-label'
  sign.textContent = label
  document.body.append(sign)
  event.dataTransfer?.setDragImage(sign, 12, 12)
  // The browser takes its picture of it after this event.
  setTimeout(() => sign.remove())
}

export function carriesCamera(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false
}

export function droppedCamera(event: DragEvent): string | null {
  return event.dataTransfer?.getData(TYPE) || null
}
