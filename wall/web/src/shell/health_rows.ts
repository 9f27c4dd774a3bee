/** `/health` as rows to read. Pure. */
import type { Health } from '../api/types'

export interface HealthRow {
  /** Dictionary key below `health.`, below `camera.state.`, or, for a worker's own counters, its name as it is. */
  key: string
  value: string | null
  depth: number
}

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
    ...(health.workers.length > 0 ? [heading('processes')] : []),
    ...health.workers.flatMap(workerRows),
  ]
}
