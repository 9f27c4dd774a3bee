import type { Bilingual } from '../api/types'

/** Who sees a place (`GET /map/sights`), best first. */
export interface Sight {
  camera: string
  name: string
  name_en: string
  kind: 'fixed' | 'dome'
  lon: number
  lat: number
  distance_m: number
  dip_deg: number
  pixels_per_metre: number
  shows: 'recognise' | 'detect' | 'presence'
  /** Where a fixed camera shows it, as fractions. */
  picture: [number, number] | null
  error_m: number | null
  reason: string
  /** How likely nothing stands in between. */
  clear: number
  why: Bilingual
  pan_deg: number | null
  tilt_deg: number | null
}

export interface Sights {
  items: Sight[]
  left_out: number
}
