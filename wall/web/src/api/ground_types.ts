/** A place on the ground told from a picture; errors are one sigma. */
export interface GroundPlace {
  lon: number
  lat: number
  error_m: number
  distance_m: number
  /** By direction; `bearing_deg` of the longest, clockwise from north. */
  ellipse?: { major_m: number; minor_m: number; bearing_deg: number } | null
}

export interface Ground {
  place: GroundPlace | null
  reason: '' | 'no_pose' | 'off_ground' | 'too_uncertain'
  camera: { lon: number; lat: number } | null
  grid?: { code: string; name: string } | null
}
