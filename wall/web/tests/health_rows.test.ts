import { expect, it } from 'vitest'
import type { Health } from '../src/api/types'
import { healthRows } from '../src/shell/health_rows'

const AT = 1_790_000_000
const health = (more: Partial<Health> = {}): Health => ({
  at: AT, cameras: { live: 2 }, workers: [], keyframes: 0, access_units: 0, packets_lost: 0, spool_depth: 0, pages: 1, live_streams: 0,
  sampling: { cameras: 0, median_interval_s: 0, longest_interval_s: 0 },
  sensors: { configured: 0, alarm: 0, silent: 0, silent_ones: [] }, brokers: [], ...more,
})

it('says nothing of sensors and brokers where there are none', () => {
  expect(healthRows(health()).filter(({ value }) => value === null).map(({ key }) => key)).toEqual(['sampling', 'cameras', 'receiving'])
})

it('names the silent sensors, the rest by their number', () => {
  const silent_ones = Array.from({ length: 25 }, (_, n) => ({ id: `s${n}`, name: `烟感 ${n}`, kind: 'smoke', heard_at: n ? AT - 7200 : null }))
  const rows = healthRows(health({ sensors: { configured: 40, alarm: 0, silent: 25, silent_ones } }))
  const of = (key: string) => rows.filter((row) => row.key === key)
  expect(of('sensors_silent')[0]).toMatchObject({ value: '25', bad: true })
  expect(of('sensors_alarm')[0]).toMatchObject({ value: '0', bad: false })
  expect(of('never_heard').map(({ name }) => name)).toEqual(['烟感 0'])
  expect(of('heard')).toHaveLength(19)
  expect(of('heard')[0]).toMatchObject({ name: '烟感 1', ago: { seconds: 7200, said: null } })
  expect(of('sensors_more')[0]?.value).toBe('5')
})

it('tells why a broker is not connected', () => {
  const rows = healthRows(health({
    brokers: [
      { id: 'fire', state: 'connecting', since: AT - 90, error: 'refused: bad user name or password', messages: 0, unusable: 0 },
      { id: 'water', state: 'connected', since: AT - 60, error: '', messages: 1200, unusable: 3 },
    ],
  }))
  expect(rows.find(({ name }) => name === 'fire')).toMatchObject({ bad: true, ago: { seconds: 90, said: 'broker_connecting' } })
  expect(rows.find(({ key }) => key === 'error')?.value).toBe('refused: bad user name or password')
  expect(rows.find(({ name }) => name === 'water')).toMatchObject({ bad: false, ago: { said: 'broker_connected' } })
  expect(rows.filter(({ key }) => key === 'unusable').map(({ value }) => value)).toEqual(['3'])
})
