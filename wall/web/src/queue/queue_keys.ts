/** What a key means at the desk. Pure. */
export type DeskKey =
  | { what: 'step'; by: 1 | -1; extend: boolean }
  | { what: 'open' | 'confirm' | 'reject' | 'search' | 'assign' | 'merge' | 'undo' | 'mark' | 'mark-all' | 'help' | 'cancel' }
  | { what: 'level'; level: number }
  | { what: 'choose'; at: number }

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'>

const LETTERS: Record<string, 'confirm' | 'reject' | 'search' | 'assign' | 'merge' | 'undo' | 'help' | 'mark-all'> = {
  c: 'confirm', x: 'reject', '/': 'search', a: 'assign', m: 'merge', u: 'undo', '?': 'help', '*': 'mark-all',
}

/** `asking`: a digit chooses a cause rather than a level. A key held down walks, and does nothing else twice. */
export function deskKey(pressed: Pressed, asking: boolean): DeskKey | null {
  if (pressed.altKey) return null
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key
  if (pressed.ctrlKey || pressed.metaKey) return key === 'z' && !pressed.repeat ? { what: 'undo' } : null
  if (key === 'j' || key === 'ArrowDown') return { what: 'step', by: 1, extend: pressed.shiftKey }
  if (key === 'k' || key === 'ArrowUp') return { what: 'step', by: -1, extend: pressed.shiftKey }
  if (pressed.repeat) return null
  if (key === 'Escape') return { what: 'cancel' }
  if (key === 'Enter') return { what: 'open' }
  if (key === ' ') return { what: 'mark' }
  if (/^[0-9]$/.test(key)) {
    if (asking) return { what: 'choose', at: key === '0' ? 9 : Number(key) - 1 }
    return /^[1-4]$/.test(key) ? { what: 'level', level: Number(key) } : null
  }
  const letter = LETTERS[key]
  return letter ? { what: letter } : null
}
