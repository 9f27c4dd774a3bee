/** The camera list as rows: areas with their cameras below, or what else is listed. Pure. */
import type { Area, Camera } from '../api/types'
import { lieIn } from '../stores/area_tree'
import { standingOf, type CameraStanding } from '../stores/camera_store'

/** `size` and `position` are among the siblings of the same parent, as screen readers tell them. */
interface Placed {
  depth: number
  size: number
  position: number
}

export interface AreaRow extends Placed {
  kind: 'area'
  code: string
  name: string
  open: boolean
  live: number
  stalled: number
  down: number
  total: number
}

export interface CameraRow extends Placed {
  kind: 'camera'
  camera: Camera
  /** From the place asked about. */
  metres?: number
  sees?: boolean
}

export type TreeRow = AreaRow | CameraRow

/** Which cameras a list shows: all, or those that stand so. */
export type StateFilter = 'all' | 'live' | 'stalled' | 'down'
export const STATE_FILTERS: readonly StateFilter[] = ['all', 'live', 'stalled', 'down']

/** A camera still being connected to is not live and not yet down: it is shown with neither. */
const SHOWN: Record<StateFilter, ReadonlySet<CameraStanding> | null> = {
  all: null,
  live: new Set(['live']),
  stalled: new Set(['stalled']),
  down: new Set(['down', 'off']),
}

export function shows(filter: StateFilter, camera: Camera): boolean {
  return SHOWN[filter]?.has(standingOf(camera.state)) ?? true
}

interface Branch {
  area: Area
  cameras: Camera[]
  children: Branch[]
  live: number
  stalled: number
  down: number
  total: number
  /** Cameras in it that the filter lets through. */
  shown: number
}

const COUNTED = ['live', 'stalled', 'down', 'total', 'shown'] as const

function grow(area: Area, children: Map<string, Area[]>, byArea: Map<string, Camera[]>, filter: StateFilter): Branch {
  const all = byArea.get(area.code) ?? []
  const cameras = all.filter((camera) => shows(filter, camera))
  const branch: Branch = { area, cameras, children: [], live: 0, stalled: 0, down: 0, total: all.length, shown: cameras.length }
  for (const camera of all) {
    const standing = standingOf(camera.state)
    if (standing === 'live' || standing === 'stalled' || standing === 'down') branch[standing]++
  }
  for (const child of children.get(area.code) ?? []) {
    const below = grow(child, children, byArea, filter)
    for (const figure of COUNTED) branch[figure] += below[figure]
    if (below.shown > 0) branch.children.push(below)
  }
  return branch
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** `closed`: codes of areas folded up. Cameras of an unknown area stand at the end, so none is ever out of reach.
 * The filter hides cameras and leaves the figures of the areas as they are. */
export function treeRows(
  areas: readonly Area[],
  cameras: readonly Camera[],
  closed: ReadonlySet<string>,
  nameOf: (area: Area) => string,
  filter: StateFilter = 'all',
): TreeRow[] {
  const known = new Set(areas.map((area) => area.code))
  const byArea = grouped(cameras, (camera) => camera.area)
  const children = grouped(areas, (area) => (area.parent && known.has(area.parent) ? area.parent : ''))
  const rows: TreeRow[] = []
  const walk = (branch: Branch, depth: number, position: number, size: number): void => {
    const { area, live, stalled, down, total } = branch
    const open = !closed.has(area.code)
    rows.push({ kind: 'area', code: area.code, name: nameOf(area), depth, position, size, open, live, stalled, down, total })
    if (!open) return
    const below = branch.cameras.length + branch.children.length
    branch.cameras.forEach((camera, index) => rows.push({ kind: 'camera', camera, depth: depth + 1, position: index + 1, size: below }))
    branch.children.forEach((child, index) => walk(child, depth + 1, branch.cameras.length + index + 1, below))
  }
  const roots = (children.get('') ?? []).map((area) => grow(area, children, byArea, filter)).filter((branch) => branch.shown > 0)
  const strays = cameras.filter((camera) => !known.has(camera.area) && shows(filter, camera))
  const size = roots.length + strays.length
  roots.forEach((branch, index) => walk(branch, 0, index + 1, size))
  strays.forEach((camera, index) => rows.push({ kind: 'camera', camera, depth: 0, position: roots.length + index + 1, size }))
  return rows
}

/** Cameras one below the other, without a tree. */
export function flatRows(cameras: readonly (Camera | { camera: Camera; metres: number; sees?: boolean })[]): CameraRow[] {
  return cameras.map((item, index) => {
    const found = 'camera' in item ? item : { camera: item }
    return { kind: 'camera', depth: 0, position: index + 1, size: cameras.length, ...found }
  })
}

/** Every camera of an area and below it, in the order of the list. */
export function camerasIn(area: string, areas: readonly Area[], cameras: readonly Camera[]): Camera[] {
  const within = lieIn(area, areas)
  return cameras.filter((camera) => within(camera.area))
}
