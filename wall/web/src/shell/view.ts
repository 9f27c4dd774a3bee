/** Which of the places has the screen. */
export type RoomViewName = 'overview' | 'wall' | 'map' | 'cases'

export const VIEWS: readonly RoomViewName[] = ['overview', 'wall', 'map', 'cases']
export const VIEW_KEYS: Record<string, RoomViewName> = { '1': 'overview', '2': 'wall', '3': 'map', '4': 'cases' }

const KEY = 'gridwatch.view'

export function rememberedView(): RoomViewName {
  const word = localStorage.getItem(KEY)
  return VIEWS.find((view) => view === word) ?? 'overview'
}

export function rememberView(view: RoomViewName): void {
  localStorage.setItem(KEY, view)
}
