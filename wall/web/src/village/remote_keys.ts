/** What the keys of remote controls and keyboards mean in a village room. Pure. */
import { DIRECTIONS, type Direction } from './spatial'

export type RemoteKey =
  | { kind: 'move'; direction: Direction }
  | { kind: 'ok' | 'back' | 'pageDown' | 'pageUp' | 'report' | 'cases' | 'pictures' | 'remind' }

/** By key name; televisions that give none are known by the number of the key. */
const NAMED: Readonly<Record<string, RemoteKey['kind']>> = {
  Enter: 'ok',
  Select: 'ok',
  Accept: 'ok',
  ' ': 'ok',
  Escape: 'back',
  GoBack: 'back',
  BrowserBack: 'back',
  Backspace: 'back',
  PageDown: 'pageDown',
  ChannelDown: 'pageDown',
  MediaTrackNext: 'pageDown',
  PageUp: 'pageUp',
  ChannelUp: 'pageUp',
  MediaTrackPrevious: 'pageUp',
  ColorF0Red: 'report',
  F2: 'report',
  ColorF1Green: 'pictures',
  F3: 'pictures',
  ColorF2Yellow: 'cases',
  F4: 'cases',
  ColorF3Blue: 'remind',
  F8: 'remind',
}

const NUMBERED: Readonly<Record<number, RemoteKey['kind']>> = {
  461: 'back',
  10009: 'back',
  403: 'report',
  404: 'pictures',
  405: 'cases',
  406: 'remind',
  427: 'pageUp',
  428: 'pageDown',
  33: 'pageUp',
  34: 'pageDown',
}

export interface Pressed {
  key: string
  keyCode: number
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  isComposing: boolean
}

/** `writing`: the focus is in a field, where letters, Backspace and the space are the field's own. */
export function remoteKey(pressed: Pressed, writing: boolean): RemoteKey | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || pressed.isComposing) return null
  const direction = DIRECTIONS[pressed.key]
  if (direction) return writing && (direction === 'left' || direction === 'right') ? null : { kind: 'move', direction }
  if (writing && (pressed.key === 'Backspace' || pressed.key === ' ' || pressed.key === 'Enter')) return null
  const kind = NAMED[pressed.key] ?? NUMBERED[pressed.keyCode]
  return kind && kind !== 'move' ? { kind } : null
}
