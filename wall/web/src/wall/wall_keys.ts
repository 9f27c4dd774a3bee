/** The wall's keys, wherever the focus is: what they mean, without the page around them. */
export interface WallDeeds {
  undo(): void
  redo(): void
  turnPage(step: 1 | -1): void
  /** 0 first. */
  openPreset(index: number): void
  onTour(): boolean
  pauseTour(): void
  nextStep(): void
  previousStep(): void
}

export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** True if the key was one of the wall's. */
export function wallKey(press: KeyPress, deeds: WallDeeds): boolean {
  const command = press.ctrlKey || press.metaKey
  const letter = press.key.toLowerCase()
  if (command && !press.altKey) {
    if (letter === 'z') return did(press.shiftKey ? () => deeds.redo() : () => deeds.undo())
    return letter === 'y' && !press.shiftKey ? did(() => deeds.redo()) : false
  }
  // The digit's key, whatever Shift makes of it on this keyboard.
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1]
  if (digit && press.shiftKey !== press.altKey && !press.metaKey) return did(() => deeds.openPreset(Number(digit) - 1))
  if (press.altKey || press.shiftKey) return false
  if (letter === 'pagedown') return did(() => (deeds.onTour() ? deeds.nextStep() : deeds.turnPage(1)))
  if (letter === 'pageup') return did(() => (deeds.onTour() ? deeds.previousStep() : deeds.turnPage(-1)))
  if (!deeds.onTour()) return false
  if (letter === 'p') return did(() => deeds.pauseTour())
  if (letter === '.') return did(() => deeds.nextStep())
  if (letter === ',') return did(() => deeds.previousStep())
  return false
}

function did(deed: () => void): true {
  deed()
  return true
}
