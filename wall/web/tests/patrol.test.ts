import { describe, expect, it } from 'vitest'
import { hourMarks, stretches, type Place } from '../src/map/patrol/patrol_way'

const MIDNIGHT = 1_795_363_200
const at = (hour: number, lon = 120): Place => [lon, 30, MIDNIGHT + hour * 3600]

describe('the way of a day', () => {
  it('is broken where he was not heard of', () => {
    const places = [at(8), at(8.1), at(9), at(9.05), at(9.1)]
    expect(stretches(places).map((one) => one.length)).toEqual([2, 3])
    expect(stretches([])).toEqual([])
  })

  it('is marked at full hours of the town, between the places before and after, and not in gaps', () => {
    const ways = stretches([at(7.95, 120), at(8.05, 120.2), at(9.5), at(9.6)])
    expect(hourMarks(ways, MIDNIGHT)).toEqual([{ lon: expect.closeTo(120.1, 6), lat: 30, at: MIDNIGHT + 8 * 3600 }])
  })

  it('has each hour once, also where a place lies on it', () => {
    expect(hourMarks([[at(7.9), at(8), at(8.1)]], MIDNIGHT).map((one) => one.at)).toEqual([MIDNIGHT + 8 * 3600])
  })
})
