/** `/health` as rows to read. Pure. */
import type { BrokerHealth, Health, SensorsHealth } from '../api/types'

export interface HealthRow {
  /** Dictionary key below `health.`, below `camera.state.`, or, for a worker's own counters, its name as it is. */
  key: string
  value: string | null
  depth: number
  /** What is not called by a word of ours: a sensor, a broker. */
  name?: string
  /** Shown instead of the value: how long ago, seconds; `said` puts it into a phrase below `health.`. */
  ago?: { seconds: number; said: string | null }
  bad?: boolean
}

/** Silent sensors named; the rest are counted. */
const MOST_SILENT = 20
/** Counters of a worker process that are shown; more would be a wall of numbers. */
const MOST_COUNTERS = 16

function number(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-GB').replaceAll(',', '\u2009') : value.toFixed(2)
}

function heading(key: string): HealthRow {
  return { key, value: null, depth: 0 }
}

function row(key: string, value: string | number): HealthRow {
  return { key, value: typeof value === 'number' ? number(value) : value, depth: 1 }
}

function workerRows(worker: Record<string, unknown>, index: number): HealthRow[] {
  const rows: HealthRow[] = [{ key: `${String(worker['worker'] ?? index)}`, value: '', depth: 1 }]
  for (const [key, value] of Object.entries(worker)) {
    if (rows.length > MOST_COUNTERS) break
    if (typeof value === 'number') rows.push({ key, value: number(value), depth: 2 })
    else if (typeof value === 'boolean') rows.push({ key, value: value ? '✓' : '✗', depth: 2 })
    else if (typeof value === 'string' && value && key !== 'worker') rows.push({ key, value, depth: 2 })
  }
  return rows
}

function sensorRows(sensors: SensorsHealth, at: number): HealthRow[] {
  if (!sensors.configured) return []
  const named = sensors.silent_ones.slice(0, MOST_SILENT)
  return [
    heading('sensors'),
    row('sensors_configured', sensors.configured),
    { ...row('sensors_alarm', sensors.alarm), bad: sensors.alarm > 0 },
    { ...row('sensors_silent', sensors.silent), bad: sensors.silent > 0 },
    ...named.map((one): HealthRow => ({
      key: one.heard_at === null ? 'never_heard' : 'heard', name: one.name, value: '', depth: 2,
      ...(one.heard_at === null ? {} : { ago: { seconds: Math.max(0, at - one.heard_at), said: null } }),
    })),
    ...(sensors.silent > named.length ? [{ ...row('sensors_more', sensors.silent - named.length), depth: 2 }] : []),
  ]
}

function brokerRows(brokers: readonly BrokerHealth[], at: number): HealthRow[] {
  if (!brokers.length) return []
  return [
    heading('brokers'),
    ...brokers.flatMap((one): HealthRow[] => [
      { key: 'broker', name: one.id, value: '', depth: 1, bad: one.state !== 'connected', ago: { seconds: Math.max(0, at - one.since), said: `broker_${one.state}` } },
      ...(one.error ? [{ key: 'error', name: '', value: one.error, depth: 2, bad: true }] : []),
      { ...row('messages', one.messages), depth: 2 },
      ...(one.unusable ? [{ ...row('unusable', one.unusable), depth: 2, bad: true }] : []),
    ]),
  ]
}

export function healthRows(health: Health): HealthRow[] {
  return [
    heading('sampling'),
    row('analysed', health.sampling.cameras),
    row('median_interval', `${health.sampling.median_interval_s.toFixed(1)} s`),
    row('longest_interval', `${health.sampling.longest_interval_s.toFixed(1)} s`),
    heading('cameras'),
    ...Object.entries(health.cameras).map(([state, count]) => row(`state.${state}`, count)),
    heading('receiving'),
    row('access_units', health.access_units),
    row('keyframes', health.keyframes),
    row('packets_lost', health.packets_lost),
    row('live_streams', health.live_streams),
    row('pages', health.pages),
    row('spool_depth', health.spool_depth),
    ...sensorRows(health.sensors, health.at),
    ...brokerRows(health.brokers, health.at),
    ...(health.workers.length > 0 ? [heading('processes')] : []),
    ...health.workers.flatMap(workerRows),
  ]
}
