/** A tour while it is being put together. Pure: every function answers with new steps. */
import type { Area, Camera } from '../api/types'
import type { TourStep } from './tour_player'

export const DWELL_MIN_S = 3
export const DWELL_MAX_S = 3600
export const DWELL_USUAL_S = 15
export const STEPS_MAX = 200

export function stepOf(layout: string, cameras: readonly (string | null)[], dwell_s = DWELL_USUAL_S): TourStep {
  return { layout, cameras: [...cameras], dwell_s }
}

/** Up or down by one; beyond the ends nothing moves. */
export function moved(steps: readonly TourStep[], index: number, by: 1 | -1): TourStep[] {
  const to = index + by
  const next = [...steps]
  const [one, other] = [steps[index], steps[to]]
  if (one && other) [next[index], next[to]] = [other, one]
  return next
}

export function changed(steps: readonly TourStep[], index: number, change: Partial<TourStep>): TourStep[] {
  return steps.map((step, at) => (at === index ? { ...step, ...change } : step))
}

export function without(steps: readonly TourStep[], index: number): TourStep[] {
  return steps.filter((_, at) => at !== index)
}

/** A camera stands once in a group. */
export function withCamera(step: TourStep, camera: string): TourStep {
  return step.cameras.includes(camera) ? step : { ...step, cameras: [...step.cameras, camera] }
}

export function withoutCamera(step: TourStep, camera: string): TourStep {
  return { ...step, cameras: step.cameras.filter((id) => id !== camera) }
}

/** All cameras of an area and of those below it. */
export function camerasOf(code: string, areas: readonly Area[], cameras: readonly Camera[]): string[] {
  const inside = new Set([code])
  let before = 0
  while (inside.size > before) {
    before = inside.size
    for (const area of areas) if (area.parent !== null && inside.has(area.parent)) inside.add(area.code)
  }
  return cameras.filter((camera) => camera.enabled && inside.has(camera.area)).map((camera) => camera.id)
}

export function dwellWithin(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(DWELL_MAX_S, Math.max(DWELL_MIN_S, Math.round(seconds))) : DWELL_USUAL_S
}
