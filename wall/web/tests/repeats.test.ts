import { describe, expect, it } from 'vitest'
import { selectCases } from '../src/cases/order'
import { dayInTown, nth, percentAlike } from '../src/cases/repeat_text'
import { detailParts } from '../src/cases/trace_text'
import type { Case } from '../src/api/types'

describe('repeats', () => {
  it.each([[2, '2nd'], [3, '3rd'], [4, '4th'], [11, '11th'], [21, '21st'], [112, '112th']])('counts %i as %s', (n, english) => {
    expect(nth(n, 'en')).toBe(english)
    expect(nth(n, 'zh')).toBe(String(n))
  })

  it('names the day in the town, and the year where it is another', () => {
    const now = Date.UTC(2026, 10, 22) / 1000
    const at = Date.UTC(2026, 10, 2, 17) / 1000 // the 3rd in Shanghai
    expect(dayInTown(at, now, 'Asia/Shanghai', 'en')).toBe('Nov 3')
    expect(dayInTown(at, now, 'Asia/Shanghai', 'zh-CN')).toBe('11月3日')
    expect(dayInTown(at - 365 * 86_400, now, 'Asia/Shanghai', 'en')).toContain('2025')
  })

  it('says 100 % of the very same alone', () => {
    expect([0.834, 0.999, 1].map(percentAlike)).toEqual([83, 99, 100])
  })

  it('lists repeats alone where asked', () => {
    const one = { id: 'a', number: 'a', state: 'filed', opened_at: 1, repeat: null } as Case
    const again = { ...one, id: 'b', number: 'b', repeat: { ordinal: 2, first_at: 1 } } as Case
    expect(selectCases([one, again], 'open', '').length).toBe(2)
    expect(selectCases([one, again], 'open', '', true).map((item) => item.id)).toEqual(['b'])
  })

  it('tells the trace which case is repeated, not the ids', () => {
    const words = { language: 'zh', time: String, span: String, moment: String, tier: String } as const
    const detail = { repeat_of: 'x', repeat_place: 'QX-A1', repeat_number: 'QX-A-1', repeat_likeness: 0.83 }
    expect(detailParts(detail, words)).toEqual([
      { key: 'repeat_number', value: 'QX-A-1' },
      { key: 'repeat_likeness', value: '83 %' },
    ])
  })
})
