/** The camera list as rows: areas with their cameras below, or what a search finds. Pure. */
import type { Area, Camera } from '../api/types'

export type TreeRow =
  | { kind: 'area'; code: string; name: string; depth: number; open: boolean; live: number; total: number }
  | { kind: 'camera'; camera: Camera; depth: number }

interface Branch {
  area: Area
  depth: number
  cameras: Camera[]
  children: Branch[]
  live: number
  total: number
}

export function matches(camera: Camera, words: readonly string[]): boolean {
  const hay = `${camera.name} ${camera.name_en} ${camera.id} ${camera.area_name}`.toLowerCase()
  return words.every((word) => hay.includes(word))
}

export function searchWords(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}

function grow(area: Area, depth: number, children: Map<string, Area[]>, byArea: Map<string, Camera[]>): Branch {
  const cameras = byArea.get(area.code) ?? []
  const below = (children.get(area.code) ?? []).map((child) => grow(child, depth + 1, children, byArea))
  return {
    area,
    depth,
    cameras,
    children: below.filter((branch) => branch.total > 0),
    live: cameras.filter((camera) => camera.state === 'live').length + below.reduce((sum, b) => sum + b.live, 0),
    total: cameras.length + below.reduce((sum, b) => sum + b.total, 0),
  }
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

/** `closed`: codes of areas folded up. Cameras of an unknown area stand at the end, so none is ever out of reach. */
export function treeRows(
  areas: readonly Area[],
  cameras: readonly Camera[],
  closed: ReadonlySet<string>,
  nameOf: (area: Area) => string,
): TreeRow[] {
  const known = new Set(areas.map((area) => area.code))
  const byArea = grouped(cameras, (camera) => camera.area)
  const children = grouped(areas, (area) => (area.parent && known.has(area.parent) ? area.parent : ''))
  const rows: TreeRow[] = []
  const walk = (branch: Branch): void => {
    if (branch.total === 0) return
    const { area, depth, live, total } = branch
    const open = !closed.has(area.code)
    rows.push({ kind: 'area', code: area.code, name: nameOf(area), depth, open, live, total })
    if (!open) return
    for (const camera of branch.cameras) rows.push({ kind: 'camera', camera, depth: depth + 1 })
    branch.children.forEach(walk)
  }
  for (const root of children.get('') ?? []) walk(grow(root, 0, children, byArea))
  for (const camera of cameras) if (!known.has(camera.area)) rows.push({ kind: 'camera', camera, depth: 0 })
  return rows
}
