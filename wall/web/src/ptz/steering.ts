/** From hands to speeds of the widest view: the worker slows them with the magnification. Pure. */
import type { Motion } from './ptz_types'

export const STILL: Motion = { pan: 0, tilt: 0, zoom: 0 }

/** So near to its middle a stick is at rest. */
const DEAD = 0.08
/** Fine near the middle, quick at the rim. */
const CURVE = 1.8
const KEY_SPEED = 0.45
const KEY_ZOOM = 0.6
/** With Shift. */
const SLOW = 0.25

export function isStill({ pan, tilt, zoom }: Motion): boolean {
  return pan === 0 && tilt === 0 && zoom === 0
}

function within(value: number): number {
  return Math.min(1, Math.max(-1, value))
}

/** One axis of a stick, -1…1, as a speed: nothing in the dead middle, then ever steeper, full at the end. */
export function axisSpeed(value: number): number {
  if (!Number.isFinite(value)) return 0
  const size = Math.min(1, Math.abs(value))
  if (size <= DEAD) return 0
  return Math.sign(value) * ((size - DEAD) / (1 - DEAD)) ** CURVE
}

/** A round stick pushed by x (right), y (down), each of the radius. The direction is kept, the distance is the speed. */
export function stickSpeed(x: number, y: number): { pan: number; tilt: number } {
  const distance = Math.hypot(x, y)
  const speed = axisSpeed(distance)
  return speed === 0 ? { pan: 0, tilt: 0 } : { pan: (x / distance) * speed, tilt: (-y / distance) * speed }
}

/** All hands together. */
export function combined(motions: Iterable<Motion>): Motion {
  const sum = { ...STILL }
  for (const { pan, tilt, zoom } of motions) {
    sum.pan += pan
    sum.tilt += tilt
    sum.zoom += zoom
  }
  return { pan: within(sum.pan), tilt: within(sum.tilt), zoom: within(sum.zoom) }
}

const KEYS: Record<string, Motion> = {
  arrowleft: { pan: -1, tilt: 0, zoom: 0 },
  arrowright: { pan: 1, tilt: 0, zoom: 0 },
  arrowup: { pan: 0, tilt: 1, zoom: 0 },
  arrowdown: { pan: 0, tilt: -1, zoom: 0 },
  keya: { pan: -1, tilt: 0, zoom: 0 },
  keyd: { pan: 1, tilt: 0, zoom: 0 },
  keyw: { pan: 0, tilt: 1, zoom: 0 },
  keys: { pan: 0, tilt: -1, zoom: 0 },
  equal: { pan: 0, tilt: 0, zoom: 1 },
  numpadadd: { pan: 0, tilt: 0, zoom: 1 },
  minus: { pan: 0, tilt: 0, zoom: -1 },
  numpadsubtract: { pan: 0, tilt: 0, zoom: -1 },
}

/** Whether a key turns domes; by its place on the keyboard (`code`), whatever language it types. */
export function isSteeringKey(code: string): boolean {
  return code.toLowerCase() in KEYS
}

/** The keys held down together, by code. */
export function keysMotion(held: Iterable<string>, slow: boolean): Motion {
  const { pan, tilt, zoom } = combined([...held].flatMap((code) => KEYS[code.toLowerCase()] ?? []))
  const by = slow ? SLOW : 1
  // Diagonals no faster than straight on.
  const speed = (KEY_SPEED * by) / Math.max(1, Math.hypot(pan, tilt))
  return { pan: pan * speed, tilt: tilt * speed, zoom: zoom * KEY_ZOOM * by }
}

/** Wheel pixels of one event as a zoom speed: towards the screen is closer. */
export function wheelZoom(deltaY: number): number {
  if (deltaY === 0 || !Number.isFinite(deltaY)) return 0
  return -Math.sign(deltaY) * Math.min(1, 0.35 + Math.abs(deltaY) / 400)
}
