import { describe, expect, it } from 'vitest'
import { distance } from '../src/format/distance'
import { clockTime, deadlineState, momentInTown, span, townClock } from '../src/format/time'

const AT = Date.UTC(2026, 10, 22, 16, 5, 9) / 1000

describe('times in the town', () => {
  it('are the town’s, whatever the machine’s zone', () => {
    expect(clockTime(AT, 'Asia/Shanghai', true)).toBe('00:05:09')
    expect(clockTime(AT, 'UTC')).toBe('16:05')
  })

  it('name the day in the language chosen', () => {
    expect(townClock(AT, 'Asia/Shanghai', 'zh-CN').date).toBe('11月23日周一')
    expect(townClock(AT, 'Asia/Shanghai', 'en').date).toBe('Mon, Nov 23')
  })

  it('carry the date only on other days of the town', () => {
    expect(momentInTown(AT, AT + 3600, 'Asia/Shanghai')).toBe('00:05:09')
    expect(momentInTown(AT, AT + 86_400, 'Asia/Shanghai')).toBe('11-23 00:05:09')
    expect(momentInTown(AT - 600, AT, 'Asia/Shanghai')).toBe('11-22 23:55:09')
  })
})

describe('spans', () => {
  it.each([
    [0, '0秒', '0 s'],
    [59.9, '59秒', '59 s'],
    [60, '1分', '1 min'],
    [200, '3分20秒', '3 min 20 s'],
    [1500, '25分', '25 min'],
    [3660, '1小时1分', '1 h 1 min'],
    [7200, '2小时', '2 h'],
    [90_000, '1天1小时', '1 d 1 h'],
    [-5, '0秒', '0 s'],
  ])('%d s', (seconds, zh, en) => {
    expect(span(seconds, 'zh')).toBe(zh)
    expect(span(seconds, 'en')).toBe(en)
  })
})

describe('deadlines', () => {
  it.each([
    ['none is set', null, 50, 'none'],
    ['most of the time is left', 10_000, 1_000, 'ample'],
    ['the last fifth has begun', 10_000, 8_000, 'soon'],
    ['ten minutes are left of a short one', 1_200, 600, 'soon'],
    ['it is reached', 10_000, 10_000, 'overdue'],
  ])('when %s', (_, deadline, now, expected) => {
    expect(deadlineState(0, deadline, now)).toBe(expected)
  })
})

it.each([
  [4.4, '4 m'],
  [99.6, '100 m'],
  [344, '340 m'],
  [994, '990 m'],
  [996, '1.0 km'],
  [1249, '1.2 km'],
  [15_300, '15 km'],
])('%d metres read %s', (metres, text) => {
  expect(distance(metres)).toBe(text)
})
