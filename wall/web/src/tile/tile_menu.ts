import type { IconName } from '../shell/Icon.vue'

/** One line of a tile's menu. Groups are set apart by a rule. */
export interface MenuEntry {
  id: string
  icon: IconName
  label: string
  group: 'picture' | 'replay' | 'case' | 'wall'
  /** As written on the keyboard. */
  key?: string
  disabled?: boolean
  run: () => void
}

/** Where the menu's corner goes so that all of it is in the window. */
export function menuCorner(
  at: { x: number; y: number },
  menu: { width: number; height: number },
  screen: { width: number; height: number },
): { left: number; top: number } {
  const left = at.x + menu.width > screen.width ? at.x - menu.width : at.x
  return { left: Math.max(4, left), top: Math.max(4, Math.min(at.y, screen.height - menu.height - 4)) }
}

/** The entry the keys lead to from `index`, among `count`, round the ends. */
export function menuStep(index: number, key: string, count: number): number | null {
  if (count === 0) return null
  if (key === 'ArrowDown') return (index + 1) % count
  if (key === 'ArrowUp') return (index - 1 + count) % count
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return null
}
