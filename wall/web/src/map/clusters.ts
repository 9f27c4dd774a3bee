/** Cases that lie too near each other to be told apart, gathered by grid, or by place where grids are small. Pure. */
import type { Case } from '../api/types'

/** Fractions of the world. */
export interface Cluster {
  key: string
  x: number
  y: number
  cases: Case[]
  /** The most urgent of them. */
  level: number
  /** How many of each level, from 1 to 4. */
  levels: [number, number, number, number]
}

export interface Arranged {
  singles: Case[]
  clusters: Cluster[]
}

/** Pixels: less room than this is not enough for two marks. */
export const CLUSTER_PIXELS = 56
/** So few are one by one wherever they lie. */
const FEW = 40
/** Fewer in one place than this are shown one by one. */
const LEAST = 3

export interface Placed {
  item: Case
  x: number
  y: number
}

/**
 * `scale`: pixels round the whole world; `gridPixels`: how wide a grid is on the screen. Cells hang on the ground and not on
 * the screen, so that nothing jumps while the map is moved. `apart`: ids that are never hidden in a cluster.
 */
export function arrange(placed: readonly Placed[], scale: number, gridPixels: number, apart: ReadonlySet<string>): Arranged {
  if (placed.length <= FEW) return { singles: placed.map(({ item }) => item), clusters: [] }
  const byGrid = gridPixels >= CLUSTER_PIXELS
  const groups = new Map<string, Placed[]>()
  const singles: Case[] = []
  for (const one of placed) {
    if (apart.has(one.item.id)) {
      singles.push(one.item)
      continue
    }
    const key = byGrid && one.item.grid ? one.item.grid : cellOf(one, scale)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  const clusters: Cluster[] = []
  for (const [key, group] of groups) {
    if (group.length < LEAST || isSpread(group, scale)) for (const { item } of group) singles.push(item)
    else clusters.push(clusterOf(key, group))
  }
  return { singles, clusters }
}

function cellOf({ x, y }: Placed, scale: number): string {
  return `${Math.floor((x * scale) / CLUSTER_PIXELS)} ${Math.floor((y * scale) / CLUSTER_PIXELS)}`
}

/** A grid seen from near: there is room for each of them. */
function isSpread(group: readonly Placed[], scale: number): boolean {
  const xs = group.map(({ x }) => x)
  const ys = group.map(({ y }) => y)
  const width = (Math.max(...xs) - Math.min(...xs)) * scale
  const height = (Math.max(...ys) - Math.min(...ys)) * scale
  return width * height > group.length * CLUSTER_PIXELS ** 2
}

function clusterOf(key: string, group: readonly Placed[]): Cluster {
  const levels: Cluster['levels'] = [0, 0, 0, 0]
  let [x, y, level] = [0, 0, 1]
  for (const one of group) {
    x += one.x / group.length
    y += one.y / group.length
    level = Math.max(level, one.item.level)
    const at = Math.min(4, Math.max(1, one.item.level)) - 1
    levels[at] = (levels[at] ?? 0) + 1
  }
  return { key, x, y, cases: group.map(({ item }) => item), level, levels }
}

/** Of a cluster: how many of each class, most first. */
export function byClass(cases: readonly Case[]): { code: string; name: Case['class_name']; cases: Case[] }[] {
  const found = new Map<string, { code: string; name: Case['class_name']; cases: Case[] }>()
  for (const item of cases) {
    const group = found.get(item.case_class)
    if (group) group.cases.push(item)
    else found.set(item.case_class, { code: item.case_class, name: item.class_name, cases: [item] })
  }
  return [...found.values()].sort((a, b) => b.cases.length - a.cases.length || (a.code < b.code ? -1 : 1))
}
