/** Gamepads and joysticks as hands on a dome. */
import type { Motion } from './ptz_types'
import { axisSpeed, STILL, stickSpeed } from './steering'

/** What of a `Gamepad` is read. */
export interface PadState {
  id: string
  mapping: string
  axes: readonly number[]
  buttons: readonly { pressed: boolean; value: number }[]
}

/** An axis this near to its middle has been let go. */
const MIDDLE = 0.2
const CROSS_SPEED = 0.15
const SLOW = 0.3
/** Buttons of the standard layout. */
const PAD = { slow: [4, 5], out: 6, closer: 7, up: 12, down: 13, left: 14, right: 15 } as const

/** Which axes have been seen at rest: one that is held over, or a throttle that rests at its end, moves nothing before. */
export class RestedAxes {
  private readonly rested = new Set<number>()

  read(axes: readonly number[]): number[] {
    return axes.map((value, index) => {
      if (!Number.isFinite(value)) return 0
      if (Math.abs(value) < MIDDLE) this.rested.add(index)
      return this.rested.has(index) ? value : 0
    })
  }
}

function held(pad: PadState, button: number): number {
  const state = pad.buttons[button]
  return state ? Math.max(state.pressed ? 1 : 0, state.value) : 0
}

/**
 * The standard layout: left stick turns, right stick or triggers zoom, the cross turns slowly, shoulder buttons slow all down.
 * Any other: x and y turn, the third axis (a twist, as CCTV joysticks have it) zooms.
 */
export function padMotion(pad: PadState, axes: readonly number[]): Motion {
  const [x = 0, y = 0, third = 0, fourth = 0] = axes
  const stick = stickSpeed(x, y)
  if (pad.mapping !== 'standard') return { ...stick, zoom: axisSpeed(third) }
  const slow = PAD.slow.some((button) => held(pad, button) > 0.5) ? SLOW : 1
  const cross = {
    pan: (held(pad, PAD.right) - held(pad, PAD.left)) * CROSS_SPEED,
    tilt: (held(pad, PAD.up) - held(pad, PAD.down)) * CROSS_SPEED,
  }
  const triggers = axisSpeed(held(pad, PAD.closer)) - axisSpeed(held(pad, PAD.out))
  const zoom = Math.min(1, Math.max(-1, triggers + axisSpeed(-fourth)))
  return { pan: (stick.pan + cross.pan) * slow, tilt: (stick.tilt + cross.tilt) * slow, zoom: zoom * slow }
}

/** Reads the first gamepad that is moved, picture by picture, while it is wanted. */
export class GamepadReader {
  private readonly rested = new Map<number, RestedAxes>()
  private frame = 0

  /** `onMotion` is told what all pads together want, whenever that is more than nothing, and once when it is over. */
  constructor(private readonly onMotion: (motion: Motion) => void) {}

  start(): void {
    if (this.frame === 0 && 'getGamepads' in navigator) this.frame = requestAnimationFrame(() => this.read())
  }

  stop(): void {
    if (this.frame !== 0) cancelAnimationFrame(this.frame)
    this.frame = 0
    this.rested.clear()
    this.onMotion(STILL)
  }

  private read(): void {
    this.frame = requestAnimationFrame(() => this.read())
    // Browsers go on reporting pads to pages that have lost the focus.
    this.onMotion(document.hasFocus() ? this.motion() : STILL)
  }

  private motion(): Motion {
    const connected = navigator.getGamepads()
    for (const index of this.rested.keys()) if (!connected[index]) this.rested.delete(index)
    for (const pad of connected) {
      if (!pad?.connected) continue
      let rested = this.rested.get(pad.index)
      if (!rested) this.rested.set(pad.index, (rested = new RestedAxes()))
      const motion = padMotion(pad, rested.read(pad.axes))
      if (motion.pan !== 0 || motion.tilt !== 0 || motion.zoom !== 0) return motion
    }
    return STILL
  }
}
