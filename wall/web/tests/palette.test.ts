import { expect, it } from 'vitest'
import { onPaper, PALETTE } from '../src/map/palette'

it('is white on paper, and dark again afterwards, also where painting fails', () => {
  const ground = PALETTE.ground
  expect(onPaper(() => PALETTE.ground)).toBe('#ffffff')
  expect(() => onPaper(() => { throw new Error('no canvas') })).toThrow('no canvas')
  expect(PALETTE.ground).toBe(ground)
})
