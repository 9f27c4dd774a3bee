import type { StreamState } from './types'

export interface Health {
  at: number
  cameras: Partial<Record<StreamState, number>>
  /** Ingest worker processes, each with counters of its own. */
  workers: Record<string, unknown>[]
  keyframes: number
  access_units: number
  packets_lost: number
  sampling: { cameras: number; median_interval_s: number; longest_interval_s: number }
  spool_depth: number
  sensors: SensorsHealth
  /** MQTT brokers that are listened to. */
  brokers: BrokerHealth[]
  pages: number
  live_streams: number
}

export interface SensorsHealth {
  configured: number
  alarm: number
  silent: number
  /** The longest silent first, not all where there are very many; `heard_at` null: never. */
  silent_ones: { id: string; name: string; kind: string; heard_at: number | null }[]
}

export interface BrokerHealth {
  id: string
  state: 'connecting' | 'connected'
  since: number
  error: string
  messages: number
  unusable: number
}
