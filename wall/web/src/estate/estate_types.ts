/** What `/estate/…` sends, as laid down in docs/api.md. */
import type { Bilingual } from '../api/types'

export type Level = 'error' | 'warning'

export interface Finding extends Bilingual {
  code: string
  level: Level
}

export interface StreamCheck {
  url: string
  outcome: string
  error: string
  codec: string
  width: number
  height: number
  kbps: number
  /** Seconds between key frames. */
  gop_s: number[]
}

export interface DeviceCheck {
  manufacturer: string
  model: string
  firmware: string
  clock_offset_s: number | null
  turns: boolean
  problem: string | null
}

export interface CameraCheck {
  id: string
  name: string
  verdict: 'good' | Level
  streams: Partial<Record<'sub' | 'main', StreamCheck>>
  device: DeviceCheck | null
  findings: Finding[]
}

export interface CheckRun {
  total: number
  done: number
  started_at: number
  ended_at: number | null
  cameras: CameraCheck[]
}

export interface EstateCamera {
  id: string
  name: string
  name_en: string
  area: string
  national_code: string
  enabled: boolean
  position: { lon: number; lat: number; height_m: number } | null
  host: string
  sub_url: string
  main_url: string
  credentials: string | null
  device_url: string
  device_credentials: string | null
  maker: string
  model: string
  turns: boolean
  zones: number
  checked_at: number | null
  check: CameraCheck | null
}

export interface ImportIssue extends Bilingual {
  column: string
  code: string
  level: Level
  suggestion: string
}

export interface ImportRow {
  row: number
  name: string
  host: string
  known_as: string | null
  /** As cameras.yaml would have it; null for a row that is refused or known. */
  camera: { id: string; area: string; streams: { sub: { url: string } } } | null
  issues: ImportIssue[]
}

export interface ImportPreview {
  id: string
  /** How it was read; `discovery` for devices that were found. */
  form: string
  heading_row: number
  /** What → the table's heading. */
  columns: Record<string, string>
  unused_columns: string[]
  coordinates: {
    system: string
    how: 'told' | 'certain' | 'likely' | 'heading' | 'unclear' | 'none'
    confidence: number | null
    fits: { system: string; inside: number; road_m: number | null; confidence: number }[]
  }
  counts: { rows: number; new: number; known: number; changed: number; faulty: number; warnings: number }
  accounts: { name: string; username: string }[]
  changes: { camera_id: string; key: string; value: unknown }[]
  rows: ImportRow[]
}

export interface Applied {
  added: number
  changed: number
  backup: string
  unsettled: string[]
}

/** What became of a change that took effect at once. */
export interface Changed {
  id: string
  /** Ingest workers that could not follow yet, and why. */
  unsettled: string[]
}

export interface ImportOptions {
  coordinates: string
  credentials: string
  height_m: number
  update: boolean
  probe: boolean
}

export interface NetworkInterface {
  name: string
  address: string
  network: string
}

export interface FoundStream {
  codec: string
  width: number
  height: number
  usable: boolean
}

export interface FoundDevice {
  number: number
  address: string
  url: string
  name: string
  hardware: string
  asked: boolean
  manufacturer: string
  model: string
  firmware: string
  sub: FoundStream | null
  main: FoundStream | null
  turns: boolean
  clock_offset_s: number | null
  problem: (Bilingual & { code: string }) | null
  known_as: string[]
}

export interface Discovery {
  listening: boolean
  done: number
  total: number
  left_out: number
  problem: string
  credentials: string
  typed: boolean
  started_at: number
  ended_at: number | null
  devices: FoundDevice[]
}

export interface DiscoveryRequest {
  interfaces: string[]
  range: string
  ports: number[]
  credentials?: string
  username?: string
  password?: string
}

/** A device to be taken over, with what a person says of it. */
export interface ChosenDevice {
  number: number
  name: string
  area: string
  lon: number | null
  lat: number | null
  height_m: number | null
}

export interface AccountEntry {
  name: string
  username: string
  place: 'vault' | 'environment' | 'file' | 'nowhere'
  where: string
  missing: boolean
  known: boolean
  cameras: string[]
}
