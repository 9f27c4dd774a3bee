/** The numbers of a pose as they were, as they would be, and how surely. Pure. */
import type { Pose, Solved } from './calibrate_types'
import { METRES_PER_DEGREE } from './matches'

export interface PoseRow {
  name: 'position' | 'height' | 'heading' | 'tilt' | 'roll' | 'hfov' | 'k1' | 'k2'
  unit: 'm' | '°' | ''
  digits: number
  /** Of the position: null, and `after` is how far it moved. */
  before: number | null
  after: number | null
  error: number | null
  /** The matches tell it, better than it was known. */
  told: boolean
}

export function poseRows(pose: Pose, solved: Solved | null): PoseRow[] {
  const [was, is, errors, looks] = [pose.view, solved?.view, solved?.errors, solved?.position]
  const told = new Set(solved?.solved)
  const row = (name: PoseRow['name'], unit: PoseRow['unit'], digits: number, before: number | null | undefined, after: number | undefined, error: number | undefined, by: string[]): PoseRow => ({
    name,
    unit,
    digits,
    before: before ?? null,
    after: after ?? null,
    error: error ?? null,
    told: by.some((one) => told.has(one)),
  })
  return [
    row('position', 'm', 2, null, movedBy(pose, solved), errors?.position_m, ['east', 'north']),
    row('height', 'm', 2, pose.position?.height_m, looks?.height_m, errors?.height_m, ['height']),
    row('heading', '°', 1, was?.heading_deg, is?.heading_deg, errors?.heading_deg, ['heading']),
    row('tilt', '°', 1, was?.tilt_deg, is?.tilt_deg, errors?.tilt_deg, ['tilt']),
    row('roll', '°', 1, was?.roll_deg, is?.roll_deg, errors?.roll_deg, ['roll']),
    row('hfov', '°', 1, was?.hfov_deg, is?.hfov_deg, errors?.hfov_deg, ['focal']),
    row('k1', '', 3, was?.k1, is?.k1, errors?.k1, ['k1']),
    row('k2', '', 3, was?.k2, is?.k2, errors?.k2, ['k2']),
  ]
}

/** Metres between where it was said to stand and where it does. */
function movedBy(pose: Pose, solved: Solved | null): number | undefined {
  if (!pose.position || !solved) return undefined
  const east = (solved.position.lon - pose.position.lon) * METRES_PER_DEGREE * Math.cos((pose.position.lat * Math.PI) / 180)
  return Math.hypot(east, (solved.position.lat - pose.position.lat) * METRES_PER_DEGREE)
}
