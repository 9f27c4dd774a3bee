/** Which of the places has the screen. */
export type RoomViewName = 'overview' | 'wall' | 'map' | 'cases'

export const VIEWS: readonly RoomViewName[] = ['overview', 'wall', 'map', 'cases']
export const VIEW_KEYS: Record<string, RoomViewName> = { '1': 'overview', '2': 'wall', '3': 'map', '4': 'cases' }

const KEY = 'gridwatch.view'

/** A further monitor of the room is there for the wall, unless somebody wanted something else on it. */
export function rememberedView(monitor: number): RoomViewName {
  const word = localStorage.getItem(keyOf(monitor))
  return VIEWS.find((view) => view === word) ?? (monitor === 1 ? 'overview' : 'wall')
}

export function rememberView(view: RoomViewName, monitor: number): void {
  localStorage.setItem(keyOf(monitor), view)
}

function keyOf(monitor: number): string {
  return monitor === 1 ? KEY : `${KEY}.${monitor}`
}
