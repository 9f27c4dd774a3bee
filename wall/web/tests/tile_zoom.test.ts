import { describe, expect, it } from 'vitest'
import { centredOn, fitted, isZoomed, pan, pinch, SCALE_MAX, seenPart, STEP, transformOf, WHOLE, zoomAt, zoomByKey, type ZoomView } from '../src/tile/zoom'

/** What part of the whole lies under a point of the box. */
function under(view: ZoomView, x: number, y: number): [number, number] {
  return [view.left + x / view.scale, view.top + y / view.scale]
}

describe('zooming', () => {
  const points: [string, number, number][] = [
    ['the middle', 0.5, 0.5],
    ['a corner', 0, 1],
    ['off centre', 0.8, 0.3],
  ]
  it.each(points)('keeps %s where it is', (_name, x, y) => {
    const once = zoomAt(WHOLE, { x, y }, 3)
    const twice = zoomAt(once, { x, y }, 2)
    for (const view of [once, twice]) {
      const [seenX, seenY] = under(view, x, y)
      expect(seenX).toBeCloseTo(x, 9)
      expect(seenY).toBeCloseTo(y, 9)
    }
  })

  it('stays between the whole picture and sixteen times', () => {
    let view = WHOLE
    for (let n = 0; n < 100; n++) view = zoomAt(view, { x: 0.2, y: 0.9 }, STEP)
    expect(view.scale).toBe(SCALE_MAX)
    for (let n = 0; n < 100; n++) view = zoomAt(view, { x: 0.7, y: 0.1 }, 1 / STEP)
    expect(view).toEqual(WHOLE)
  })

  it('never shows anything beside the picture', () => {
    let view = zoomAt(WHOLE, { x: 1, y: 1 }, 4)
    view = zoomAt(view, { x: 0, y: 0 }, 0.5)
    expect(view.left).toBeGreaterThanOrEqual(0)
    expect(view.left + 1 / view.scale).toBeLessThanOrEqual(1)
    for (const by of [{ x: 9, y: 9 }, { x: -9, y: -9 }]) {
      const { left, top, scale } = pan(view, by)
      for (const edge of [left, top]) {
        expect(edge).toBeGreaterThanOrEqual(0)
        expect(edge + 1 / scale).toBeLessThanOrEqual(1 + 1e-9)
      }
    }
  })

  it('is back at the whole picture when hardly anything is left of it', () => {
    expect(isZoomed(zoomAt(WHOLE, { x: 0.5, y: 0.5 }, 1.001))).toBe(false)
  })
})

describe('panning', () => {
  it('follows the pointer exactly', () => {
    const view = zoomAt(WHOLE, { x: 0.5, y: 0.5 }, 4)
    const moved = pan(view, { x: 0.1, y: -0.2 })
    expect(under(moved, 0.6, 0.3)).toEqual(under(view, 0.5, 0.5).map((part) => expect.closeTo(part, 9)))
  })

  it('does nothing to the whole picture', () => {
    expect(pan(WHOLE, { x: 0.5, y: 0.5 })).toEqual(WHOLE)
  })
})

describe('pinching', () => {
  it('keeps what was under the fingers under them', () => {
    const before = [{ x: 0.4, y: 0.5 }, { x: 0.6, y: 0.5 }] as const
    const after = [{ x: 0.35, y: 0.6 }, { x: 0.75, y: 0.6 }] as const
    const view = pinch(WHOLE, before, after)
    expect(view.scale).toBeCloseTo(2, 9)
    expect(under(view, 0.55, 0.6)[0]).toBeCloseTo(0.5, 9)
  })

  it('survives two fingers on one spot', () => {
    const one = { x: 0.5, y: 0.5 }
    expect(Number.isFinite(pinch(WHOLE, [one, one], [one, { x: 0.6, y: 0.5 }]).scale)).toBe(true)
  })
})

describe('keys', () => {
  const close = zoomAt(WHOLE, { x: 0.5, y: 0.5 }, 4)
  const rows: [string, string, boolean, (next: ZoomView) => boolean][] = [
    ['plus', '+', false, (next) => next.scale > 4],
    ['the same key without Shift', '=', false, (next) => next.scale > 4],
    ['minus', '-', false, (next) => next.scale < 4],
    ['nought', '0', false, (next) => next === WHOLE],
    ['Shift and left', 'ArrowLeft', true, (next) => next.left < close.left],
    ['Shift and down', 'ArrowDown', true, (next) => next.top > close.top],
  ]
  it.each(rows)('%s', (_name, key, shift, holds) => {
    const next = zoomByKey(close, key, shift)
    expect(next && holds(next)).toBe(true)
  })

  it.each(['ArrowLeft', 'Enter', '1'])('leave %s to the wall', (key) => expect(zoomByKey(close, key, false)).toBeNull())
})

describe('the part seen', () => {
  it('is all of the picture at whole size, in a box of whatever shape', () => {
    for (const box of [16 / 9, 1, 3]) expect(seenPart(WHOLE, box, 16 / 9)).toEqual({ x: 0, y: 0, width: expect.closeTo(1, 9), height: expect.closeTo(1, 9) })
  })

  it('leaves the margins out', () => {
    // A square picture in a wide box: a third of the box on either side is margin.
    expect(fitted(3, 1)).toEqual({ x: expect.closeTo(1 / 3, 9), y: 0, width: expect.closeTo(1 / 3, 9), height: 1 })
    const margin = { scale: 4, left: 0, top: 0 }
    expect(seenPart(margin, 3, 1)).toBeNull()
    const middle = zoomAt(WHOLE, { x: 0.5, y: 0.5 }, 6)
    expect(seenPart(middle, 3, 1)).toEqual({ x: expect.closeTo(0.25, 9), y: expect.closeTo(5 / 12, 9), width: expect.closeTo(0.5, 9), height: expect.closeTo(1 / 6, 9) })
  })

  it('is what the transform shows', () => {
    expect(transformOf(WHOLE)).toBe('')
    expect(transformOf({ scale: 2, left: 0.25, top: 0.5 })).toBe('translate(-50.0000%, -100.0000%) scale(2.00000)')
  })

  it('is centred where the small map was clicked, as far as the edges allow', () => {
    const view = zoomAt(WHOLE, { x: 0, y: 0 }, 4)
    expect(under(centredOn(view, { x: 0.5, y: 0.6 }), 0.5, 0.5)).toEqual([expect.closeTo(0.5, 9), expect.closeTo(0.6, 9)])
    expect(centredOn(view, { x: 0, y: 1 })).toEqual({ scale: 4, left: 0, top: 0.75 })
  })
})
