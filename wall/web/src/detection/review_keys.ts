/** What a key means in the review queue. Pure. */
export type ReviewKey =
  | { what: 'confirm' }
  | { what: 'ask'; ask: 'cause' | 'double' }
  | { what: 'choose'; at: number }
  | { what: 'step'; by: 1 | -1 }
  | { what: 'turn' }
  | { what: 'undo' }
  | { what: 'cancel' }

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>

/** 1 to 9 and 0 are the first to the tenth; null for a key that means nothing here. A key held down judges once. */
export function reviewKey(pressed: Pressed, asking: '' | 'cause' | 'double'): ReviewKey | null {
  const key = pressed.key.toLowerCase()
  if (pressed.altKey || pressed.repeat) return null
  if (pressed.ctrlKey || pressed.metaKey) return key === 'z' ? { what: 'undo' } : null
  if (key === 'escape') return asking ? { what: 'cancel' } : null
  if (asking && /^[0-9]$/.test(key)) return { what: 'choose', at: key === '0' ? 9 : Number(key) - 1 }
  switch (key) {
    case 'c':
      return { what: 'confirm' }
    case 'r':
      return { what: 'ask', ask: 'cause' }
    case 'd':
      return { what: 'ask', ask: 'double' }
    case 'u':
      return { what: 'undo' }
    case 'arrowright':
      return { what: 'step', by: 1 }
    case 'arrowleft':
      return { what: 'step', by: -1 }
    case ' ':
      return { what: 'turn' }
  }
  return null
}
