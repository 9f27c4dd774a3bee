import { describe, expect, it } from 'vitest'
import { calibrateAddress, calibratedAt, isCalibrateAddress } from '../src/calibrate/address'
import type { DraftMatch } from '../src/calibrate/calibrate_types'
import { complete, ellipse, METRES_PER_DEGREE, MOST, waiting, withPoint } from '../src/calibrate/matches'
import { Latest } from '../src/api/latest'

const HERE = { lon: 120.4, lat: 30 }

describe('matches', () => {
  it('are begun on either side and completed on the other', () => {
    let all: DraftMatch[] = withPoint([], 1, { place: HERE })
    expect(waiting(all, 'picture')?.key).toBe(1)
    all = withPoint(all, 2, { place: { ...HERE, lat: 30.1 } }) // the begun one moves
    expect(all).toHaveLength(1)
    all = withPoint(all, 2, { picture: [0.2, 0.3] })
    expect(complete(all)).toEqual([{ picture: [0.2, 0.3], lon: 120.4, lat: 30.1 }])
    all = withPoint(all, 2, { picture: [0.5, 0.5] })
    expect(all).toHaveLength(2)
    expect(complete(all)).toHaveLength(1)
  })

  it('are bounded', () => {
    const full = Array.from({ length: MOST }, (_, key): DraftMatch => ({ key, picture: [0, 0], place: HERE }))
    expect(withPoint(full, 99, { picture: [0.5, 0.5] })).toHaveLength(MOST)
  })
})

it('draws an ellipse along its bearing', () => {
  const rim = ellipse(HERE, { major_m: 4, minor_m: 1, bearing_deg: 90 })
  const east = Math.max(...rim.map(({ lon }) => (lon - HERE.lon) * METRES_PER_DEGREE * Math.cos(Math.PI / 6)))
  const north = Math.max(...rim.map(({ lat }) => (lat - HERE.lat) * METRES_PER_DEGREE))
  expect(east).toBeCloseTo(4, 2)
  expect(north).toBeCloseTo(1, 2)
})

it('names a camera in its address, whatever its name', () => {
  const address = calibrateAddress('东/1')
  expect(isCalibrateAddress(address)).toBe(true)
  expect(calibratedAt(address).camera).toBe('东/1')
  expect(calibratedAt('/calibrate/%zz').camera).toBe('%zz')
})

it('asks one question at a time, and of those that wait the newest', async () => {
  const asked: number[] = []
  const answers: (() => void)[] = []
  const latest = new Latest<number>((question) => {
    asked.push(question)
    return new Promise((done) => answers.push(done))
  })
  for (const question of [1, 2, 3]) latest.put(question)
  expect(asked).toEqual([1])
  answers[0]?.()
  await Promise.resolve()
  await Promise.resolve()
  expect(asked).toEqual([1, 3])
})
