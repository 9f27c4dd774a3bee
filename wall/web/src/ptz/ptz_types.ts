/** What the server says of domes and how they are turned. Degrees: pan clockwise, tilt up positive; zoom is magnification. */
import type { Polygon } from 'geojson'
import type { Bilingual } from '../api/types'

/** How fast, -1…1 of full speed: clockwise, up and closer are positive. */
export interface Motion {
  pan: number
  tilt: number
  zoom: number
}

export interface Direction {
  pan_deg: number | null
  tilt_deg: number | null
  zoom: number | null
}

export interface PtzLimits {
  pan_deg: [number, number]
  tilt_deg: [number, number]
  zoom: [number, number]
}

/** Part of a camera: that it turns, and how far. */
export interface PtzOffer {
  can: string[]
  limits: PtzLimits
  wide_hfov_deg: number
}

export interface PtzLock {
  holder: { id: string; name: string }
  rank: number
  since: number
  until: number
}

/** Where a dome looks now and who has it: `data` of the topic `ptz`. */
export interface PtzNews extends Direction {
  camera: string
  moving: boolean | null
  at: number
  /** The ground it sees. */
  view: Polygon | null
  lock: PtzLock | null
  /** What turns it by itself at the moment; every hand goes before. */
  rounds?: 'guard' | 'patrol' | 'watch' | 'verify' | null
  /** The view that it is at for that, or on its way to. */
  watching?: { view: string; name: Bilingual } | null
  /** What it offers; empty until it has answered once. */
  can?: string[]
  /** Why it does not answer now. */
  problem?: PtzProblem | null
}

export interface PtzRefusal {
  camera: string
  code: string
  message: Bilingual
  lock?: PtzLock | null
}

export interface PtzPreset {
  token: string
  name: string
  /** Address of the picture kept with it; null: none. */
  picture: string | null
}

export interface PatrolStep {
  preset: string
  dwell_s: number
}

export interface Patrol {
  steps: PatrolStep[]
  on: boolean
}

export interface Guard {
  preset: string
  idle_s: number
}

/** What a dome visits by itself; `due`: at this hour. */
export interface RoundsState {
  on: boolean
  views: { id: string; name: Bilingual; hours: string[]; due: boolean }[]
}

/** All there is to know of one dome: `GET /cameras/{id}/ptz`. */
export interface PtzDesk {
  can: ReadonlySet<string>
  presets: PtzPreset[]
  guard: Guard | null
  patrol: Patrol | null
  /** The caller's own at this dome: who may take over from whom. */
  myRank: number
  /** Why the device does not answer now; then this is what was known of it. */
  problem: PtzProblem | null
  calibration: CalibrationState | null
}

/** Where a point of a dome's picture lies. */
export interface SeenPlace {
  lon: number
  lat: number
  error_m?: number | null
  distance_m?: number | null
}

/** Why something is so, or is not done. */
export interface PtzProblem {
  code: string
  message: Bilingual
}

/** One dome's answer to being pointed at a place. */
export interface PointedDome {
  camera: string
  distance_m: number
  reason: PtzProblem
  sent: boolean
  problem: PtzProblem | null
}

/** Something done to a dome; `actor` null: the system's own rounds. */
export interface PtzLogRow {
  id: number
  at: number
  actor: { id: string; name: string } | null
  action: string
}

export interface CalibrationAim {
  lon: number
  lat: number
  height_m?: number
  pan_deg: number
  tilt_deg: number
  zoom?: number
  x?: number
  y?: number
}

export interface Mount {
  heading_deg: number
  pitch_deg: number
  roll_deg: number
}

/** Who kept a calibration when. `by` is empty where nobody wrote that down. */
export interface KeptCalibration {
  at: number
  by: string
  aims: number
  heading_deg: number
  heading_error_deg: number
}

/** How a dome stands; `calibration` null: as cameras.yaml says. */
export interface CalibrationState {
  mount: Mount
  calibration: KeptCalibration | null
  former_calibration: KeptCalibration | null
}

export interface CalibrationResult {
  mount: Mount
  residuals: { error_deg: number; error_m: number; bad?: boolean }[]
  expected_error_deg: number
  applied?: boolean
}

export interface CrossingResult {
  lon: number
  lat: number
  height_m: number
  error_m: number
  agree: boolean
}
