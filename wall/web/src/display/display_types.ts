/** What the server says of displays: `wall/display_view.py`. Times are Unix seconds. */
import type { TourStep } from '../tours/tour_player'
import type { Arrangement } from '../wall/layout'

export type Showing =
  | { kind: 'camera'; camera: string }
  | { kind: 'arrangement'; name: string; arrangement: Arrangement }
  | { kind: 'tour'; tour_id: string }
  | { kind: 'case'; case_id: string }
  | { kind: 'blank' }

/** What a display is to show, with everything it needs for it. */
export type See =
  | { kind: 'camera'; camera: string }
  | { kind: 'arrangement'; name: string; arrangement: Arrangement }
  | { kind: 'tour'; tour: { id: string; name: string; steps: TourStep[] } }
  | { kind: 'case'; case_id: string; alarm: boolean }
  | { kind: 'blank'; why: '' | 'gone' | 'not_allowed' }

export interface Instructions {
  id: string
  name: string
  area: string
  area_name: string
  version: number
  see: See
}

export interface TileCounts {
  live: number
  opening: number
  stale: number
  ended: number
  unplayable: number
}

export interface HealthReport {
  fps: number
  tiles: TileCounts
  screen: string
  uptime_s: number
  version: number
}

export interface Display {
  id: string
  name: string
  area: string
  area_name: string
  showing: Showing
  shown_at: number
  shown_by: string | null
  version: number
  alarm: { case_id: string; level: number; since: number; until: number | null } | null
  paired_at: number
  connected: boolean
  heard_at: number | null
  health: (HealthReport & { browser: string }) | null
}

export type DisplayEvent =
  | { what: 'state'; display: Display }
  | { what: 'removed'; id: string }
  /** To the display itself. */
  | { what: 'show'; id: string; version: number }
  | { what: 'identify' | 'reload'; id: string }

export interface Asker {
  address: string
  browser: string
  screen: string
  asked_at: number
}
