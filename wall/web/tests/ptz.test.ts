import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bearingOf } from '../src/ptz/bearing'
import { aimOf, hasTurned } from '../src/ptz/calibration'
import { GamepadReader, padMotion, RestedAxes, type PadState } from '../src/ptz/gamepad'
import { BEAT_MS, SteeringHand } from '../src/ptz/hand'
import { commandBetween, inPicture } from '../src/ptz/picture_point'
import type { Motion } from '../src/ptz/ptz_types'
import { axisSpeed, combined, keysMotion, STILL, stickSpeed, wheelZoom } from '../src/ptz/steering'

describe('speeds', () => {
  it('rest in the middle, grow steadily and are full at the rim', () => {
    expect([0, 0.05, -0.08].map(axisSpeed)).toEqual([0, 0, -0].map(() => 0))
    const rising = [0.1, 0.3, 0.5, 0.7, 0.9, 1].map(axisSpeed)
    expect([...rising].sort((a, b) => a - b)).toEqual(rising)
    expect(rising.at(-1)).toBe(1)
    expect(axisSpeed(0.5)).toBeLessThan(0.5)
    expect(axisSpeed(-1)).toBe(-1)
    expect(axisSpeed(NaN)).toBe(0)
  })

  it('keep the direction of the stick; up on the screen is up', () => {
    const { pan, tilt } = stickSpeed(0.3, -0.6)
    expect(tilt / pan).toBeCloseTo(2)
    expect(tilt).toBeGreaterThan(0)
    expect(stickSpeed(0.02, 0.02)).toEqual({ pan: 0, tilt: 0 })
  })

  it('add up, to full speed at most', () => {
    expect(combined([{ pan: 0.8, tilt: 0, zoom: 0 }, { pan: 0.8, tilt: -0.2, zoom: 0.5 }])).toEqual({ pan: 1, tilt: -0.2, zoom: 0.5 })
  })

  it('come from keys by their place, diagonals no faster, slowly with Shift', () => {
    expect(keysMotion(['KeyW'], false).tilt).toBeGreaterThan(0)
    expect(keysMotion(['KeyA', 'ArrowRight'], false)).toEqual(STILL)
    const diagonal = keysMotion(['ArrowUp', 'ArrowRight'], false)
    expect(Math.hypot(diagonal.pan, diagonal.tilt)).toBeCloseTo(keysMotion(['ArrowUp'], false).tilt)
    expect(keysMotion(['ArrowUp'], true).tilt).toBeCloseTo(keysMotion(['ArrowUp'], false).tilt / 4)
    expect(keysMotion(['Equal', 'KeyP'], false)).toMatchObject({ pan: 0, zoom: 0.6 })
  })

  it('come from the wheel: forward is closer', () => {
    expect(wheelZoom(-100)).toBeGreaterThan(0)
    expect(wheelZoom(5000)).toBe(-1)
    expect(wheelZoom(0)).toBe(0)
  })
})

describe('a gamepad', () => {
  const pad = (axes: number[], pressed: Record<number, number> = {}, mapping = 'standard'): PadState => ({
    id: 'pad',
    mapping,
    axes,
    buttons: Array.from({ length: 17 }, (_, index) => ({ pressed: (pressed[index] ?? 0) > 0.5, value: pressed[index] ?? 0 })),
  })
  const moved = (state: PadState): Motion => padMotion(state, state.axes)

  it('turns with the left stick, zooms with the right one and the triggers', () => {
    expect(moved(pad([1, 0, 0, 0]))).toEqual({ pan: 1, tilt: 0, zoom: 0 })
    expect(moved(pad([0, -1, 0, 0])).tilt).toBe(1)
    expect(moved(pad([0, 0, 0, -1])).zoom).toBe(1)
    expect(moved(pad([0, 0, 0, 0], { 6: 1 })).zoom).toBe(-1)
  })

  it('turns slowly by its cross, and all of it slowly with a shoulder button', () => {
    expect(moved(pad([0, 0, 0, 0], { 14: 1 })).pan).toBeCloseTo(-0.15)
    expect(moved(pad([1, 0, 0, 0], { 4: 1 })).pan).toBeCloseTo(0.3)
  })

  it('of another kind zooms with its twist', () => {
    expect(moved(pad([0, 0, 1], {}, ''))).toEqual({ pan: 0, tilt: 0, zoom: 1 })
  })

  it('moves nothing by an axis that has not been seen at rest', () => {
    const rested = new RestedAxes()
    expect(rested.read([0, 0.9, -1])).toEqual([0, 0, 0])
    expect(rested.read([0.5, 0.1, -1])).toEqual([0.5, 0.1, 0])
    expect(rested.read([0, 0.9, NaN])).toEqual([0, 0.9, 0])
  })
})

describe('the reader of gamepads', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('tells motion while the page has the focus, and stillness when the pad goes, the focus goes, or nobody wants it', () => {
    let focused = true
    let frame: (() => void) | null = null
    const pads: (object | null)[] = [{ index: 0, connected: true, id: '', mapping: 'standard', axes: [0, 0, 0, 0], buttons: [] }]
    const push = (x: number): void => void (pads[0] = { ...pads[0], axes: [x, 0, 0, 0] })
    vi.stubGlobal('navigator', { getGamepads: () => pads })
    vi.stubGlobal('document', { hasFocus: () => focused })
    vi.stubGlobal('requestAnimationFrame', (next: () => void) => ((frame = next), 1))
    vi.stubGlobal('cancelAnimationFrame', () => (frame = null))
    const told: Motion[] = []
    const reader = new GamepadReader((motion) => told.push(motion))
    const look = (): number | undefined => (frame?.(), told.at(-1)?.pan)
    reader.start()
    expect(look()).toBe(0)
    push(1)
    expect(look()).toBe(1)
    focused = false
    expect(look()).toBe(0)
    focused = true
    expect(look()).toBe(1)
    pads[0] = null
    expect(look()).toBe(0)
    reader.stop()
    expect([told.at(-1), frame]).toEqual([STILL, null])
  })
})

describe('the picture as control', () => {
  it('is where it lies in the tile, letterboxed', () => {
    expect(inPicture({ x: 0.5, y: 0.5 }, 2, 16 / 9)).toEqual({ x: 0.5, y: 0.5 })
    const { x } = inPicture({ x: 0, y: 0.5 }, 2, 1)
    expect(x).toBeCloseTo(-0.5)
  })

  it('takes a click for centring, also with an unsteady hand, and none in the margin', () => {
    expect(commandBetween({ x: 0.3, y: 0.4 }, { x: 0.31, y: 0.405 })).toEqual({ kind: 'centre', x: 0.3, y: 0.4 })
    expect(commandBetween({ x: -0.1, y: 0.4 }, { x: -0.1, y: 0.4 })).toBeNull()
  })

  it('takes a drag in any direction for a box, cut at the edge', () => {
    const command = commandBetween({ x: 0.6, y: 1.2 }, { x: 0.2, y: 0.5 })
    expect(command?.kind).toBe('frame')
    if (command?.kind === 'frame') command.box.forEach((part, index) => expect(part).toBeCloseTo([0.2, 0.5, 0.4, 0.5][index] ?? NaN))
  })

  it('makes a line a box, inside the picture', () => {
    const command = commandBetween({ x: 0.2, y: 1 }, { x: 0.7, y: 1 })
    if (command?.kind !== 'frame') throw new Error('no box')
    const [, y, , height] = command.box
    expect(height).toBeGreaterThan(0)
    expect(y + height).toBeLessThanOrEqual(1)
  })
})

describe('a hand on a dome', () => {
  const told: Motion[] = []
  const right: Motion = { pan: 0.5, tilt: 0, zoom: 0 }
  let hand: SteeringHand

  beforeEach(() => {
    vi.useFakeTimers()
    told.length = 0
    hand = new SteeringHand((motion) => told.push(motion))
  })
  afterEach(() => void vi.useRealTimers())

  it('says at once that it moves, then every 200 ms, then once that it is over', () => {
    hand.set('stick', right)
    expect(told).toEqual([right])
    vi.advanceTimersByTime(3 * BEAT_MS)
    expect(told).toHaveLength(4)
    hand.set('stick', STILL)
    expect(told).toHaveLength(5)
    expect(told.at(-1)).toEqual(STILL)
    vi.advanceTimersByTime(5_000)
    expect(told).toHaveLength(5)
  })

  it('says a sharp turn sooner, but never floods', () => {
    hand.set('stick', right)
    vi.advanceTimersByTime(100)
    hand.set('stick', { pan: -0.5, tilt: 0, zoom: 0 })
    expect(told).toHaveLength(2)
    for (let ms = 0; ms < 1_000; ms += 5) {
      hand.set('stick', { pan: ms % 10 ? 1 : -1, tilt: 0, zoom: 0 })
      vi.advanceTimersByTime(5)
    }
    expect(told.length).toBeLessThan(22)
  })

  it('lets a small change wait for the beat, and says the newest', () => {
    hand.set('stick', right)
    vi.advanceTimersByTime(100)
    hand.set('stick', { ...right, pan: 0.55 })
    hand.set('stick', { ...right, pan: 0.6 })
    vi.advanceTimersByTime(100)
    expect(told.map(({ pan }) => pan)).toEqual([0.5, 0.6])
  })

  it('stops at once when let go, whatever is still pressed, and nothing comes after', () => {
    hand.set('keys', right)
    hand.pulse('wheel', { ...STILL, zoom: 1 }, 260)
    hand.release()
    expect(told.at(-1)).toEqual(STILL)
    const count = told.length
    vi.advanceTimersByTime(2_000)
    expect(told).toHaveLength(count)
    expect(hand.isMoving).toBe(false)
  })

  it('ends a wheel by itself', () => {
    hand.pulse('wheel', { ...STILL, zoom: 1 }, 260)
    vi.advanceTimersByTime(200)
    hand.pulse('wheel', { ...STILL, zoom: 1 }, 260)
    vi.advanceTimersByTime(200)
    expect(told.at(-1)?.zoom).toBe(1)
    vi.advanceTimersByTime(100)
    expect(told.at(-1)).toEqual(STILL)
  })
})

describe('what is known of a dome', () => {
  it('gives its bearing from the ground it sees', () => {
    const view = (east: number, north: number) => ({
      type: 'Polygon' as const,
      coordinates: [[[120.4, 30], [120.4 + east, 30 + north], [120.4 + east * 1.01, 30 + north * 1.01], [120.4, 30]]],
    })
    expect(bearingOf({ lon: 120.4, lat: 30 }, view(0.01, 0))).toBeCloseTo(90)
    expect(bearingOf({ lon: 120.4, lat: 30 }, view(0, -0.01))).toBeCloseTo(180)
    expect(bearingOf({ lon: 120.4, lat: 30 }, null)).toBeNull()
  })

  it('makes an aim only where it says how it points', () => {
    const place = { lon: 1, lat: 2 }
    expect(aimOf(place, { pan_deg: null, tilt_deg: 0, zoom: 1 }, 0, null)).toBeNull()
    expect(aimOf(place, { pan_deg: 10, tilt_deg: -5, zoom: 4 }, 3, { x: 0.4, y: 0.6 })).toEqual({
      ...place, height_m: 3, pan_deg: 10, tilt_deg: -5, zoom: 4, x: 0.4, y: 0.6,
    })
  })

  it('tells a turned dome from one that trembles, also across its seam', () => {
    const at = (pan_deg: number, zoom = 1) => ({ pan_deg, tilt_deg: 0, zoom })
    expect(hasTurned(at(179.98), at(-179.98))).toBe(false)
    expect(hasTurned(at(10), at(10.3))).toBe(true)
    expect(hasTurned(at(10), at(10, 2))).toBe(true)
    expect(hasTurned(null, at(10))).toBe(false)
  })
})
