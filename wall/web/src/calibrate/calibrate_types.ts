/** What the server sends of a fixed camera's pose (docs/api.md). Picture points are fractions from the top left. */
import type { Polygon } from 'geojson'
import type { GroundPlace } from '../api/types'
import type { Place } from '../map/map_view'

export type PicturePoint = readonly [number, number]
export type LonLat = readonly [number, number]

export interface Position {
  lon: number
  lat: number
  height_m: number
}

export interface View {
  heading_deg: number
  tilt_deg: number
  roll_deg: number
  hfov_deg: number
  range_m: number
  heading_error_deg: number
  tilt_error_deg: number
  k1: number
  k2: number
}

export interface GroundMatch {
  picture: PicturePoint
  lon: number
  lat: number
}

export interface MatchShown {
  place: LonLat | null
  picture: PicturePoint | null
  metres: number | null
  pixels: number | null
}

export interface PoseShown {
  squares: { points: PicturePoint[]; ends: readonly [LonLat, LonLat] }[]
  horizon: PicturePoint[]
  seen: Polygon | null
  matches: MatchShown[]
}

export interface Pose {
  camera: string
  name: string
  name_en: string
  position: Position | null
  view: View | null
  matches: GroundMatch[]
  version: string
  width: number | null
  height: number | null
  ground_points: boolean
  shown: PoseShown | null
}

export interface PoseErrors {
  position_m: number
  height_m: number
  heading_deg: number
  tilt_deg: number
  roll_deg: number
  hfov_deg: number
  k1: number
  k2: number
}

export interface Solved {
  position: Position
  view: View
  residuals: { metres: number | null; pixels: number | null; suspect: boolean }[]
  solved: string[]
  agree: boolean
  rms_m: number
  rms_pixels: number
  zones_unseen: string[]
  errors: PoseErrors
  shown: PoseShown
  before: PoseShown | null
}

export interface PointAnswer {
  place: GroundPlace | null
  picture: PicturePoint | null
  grid: { code: string; name: string } | null
}

/** A match being made: one side may be wanting still. */
export interface DraftMatch {
  key: number
  picture: PicturePoint | null
  place: Place | null
}
