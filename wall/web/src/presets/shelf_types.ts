/** Presets and tours as the server keeps them: `area` null is one's own; a camera one may not see is null. */
import type { TourStep } from '../tours/tour_player'

export interface Kept {
  id: string
  name: string
  area: string | null
  area_name: string | null
  may_change: boolean
  version: number
  updated_at: number
  updated_by: string
}

export interface Preset extends Kept {
  layout: string
  cameras: (string | null)[]
}

export interface KeptTour extends Kept {
  steps: TourStep[]
}

export type PresetContent = Pick<Preset, 'layout' | 'cameras'>
export type TourContent = Pick<KeptTour, 'steps'>
