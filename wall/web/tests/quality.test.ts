import { afterEach, describe, expect, it, vi } from 'vitest'
import { dayInTown, isQualityAddress, pictureAddress, qualityAddressOf, qualitySectionOf, reportAddress } from '../src/quality/address'
import { chosen, faultsByCamera, QualityStore } from '../src/quality/quality_store'
import type { Episode, Fault } from '../src/quality/quality_types'

const episode = (camera_id: string, fault: Fault, began_at = 100, area = 'a'): Episode => ({
  id: `${camera_id}-${fault}`, camera_id, area, area_name: area, fault, began_at, told_at: began_at + 60, ended_at: null, picture: true, healthy: true,
})

afterEach(() => vi.useRealTimers())

describe('addresses', () => {
  it('name the pages and nothing else', () => {
    expect(['/quality', '/quality/report', '/quality/x', '/', '/qualities'].map(isQualityAddress)).toEqual([true, true, true, false, false])
    for (const section of ['now', 'report'] as const) expect(qualitySectionOf(qualityAddressOf(section))).toBe(section)
  })

  it('quote what stands in them', () => {
    expect(pictureAddress('a/b', 'healthy')).toBe('/api/v1/quality/episodes/a%2Fb/healthy.jpg')
    expect(reportAddress('xlsx', '2026-09-21', '')).toBe('/api/v1/quality/report.xlsx?day=2026-09-21')
    expect(reportAddress('html', '2026-09-21', 'a&b')).toBe('/api/v1/quality/report.html?day=2026-09-21&area=a%26b')
  })

  it('take a day from the town, wherever the browser is', () => {
    expect(dayInTown(Date.UTC(2026, 8, 20, 17) / 1000, 'Asia/Shanghai')).toBe('2026-09-21')
  })
})

describe('what is shown', () => {
  it('is the worst first, each camera under its own name', () => {
    const all = [episode('c1', 'wrong_time'), episode('c2', 'blurred', 50), episode('c1', 'covered'), episode('c3', 'blurred', 20, 'b')]
    expect(faultsByCamera(all).get('c1')).toEqual(['covered', 'wrong_time'])
    expect(chosen(all, '', () => true).map(({ id }) => id)).toEqual(['c3-blurred', 'c2-blurred', 'c1-covered', 'c1-wrong_time'])
    expect(chosen(all, 'blurred', (area) => area === 'b').map(({ id }) => id)).toEqual(['c3-blurred'])
  })
})

describe('the store', () => {
  it('asks as long as somebody looks, and says when it could not', async () => {
    vi.useFakeTimers()
    const answers = [{ items: [episode('c1', 'black')], counts: { black: 1 }, cameras: 2, well: 1 }, new Error('away'), { items: [], counts: {}, cameras: 2, well: 2 }]
    const call = vi.fn(async () => {
      const next = answers.shift()
      if (next instanceof Error) throw next
      return next
    })
    const store = new QualityStore({ api: { call } } as never)
    const stops = [store.follow(), store.follow()]
    await vi.advanceTimersByTimeAsync(0)
    expect(call).toHaveBeenCalledTimes(1)
    expect([...store.byCamera.value.keys()]).toEqual(['c1'])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(store.problem.value).toBeInstanceOf(Error)
    expect(store.byCamera.value.size).toBe(1)
    stops[0]?.()
    stops[0]?.()
    await vi.advanceTimersByTimeAsync(20_000)
    expect([store.problem.value, store.byCamera.value.size]).toEqual([null, 0])
    stops[1]?.()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(call).toHaveBeenCalledTimes(3)
  })
})
