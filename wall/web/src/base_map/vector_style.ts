/**
 * How a vector tile is drawn: what a layer's features are, by the names of OpenMapTiles, Protomaps, Shortbread and of
 * towns' own files, and their looks. Pure.
 */
export type Properties = Record<string, string | number | boolean | undefined>
export type StyleName = 'dark' | 'light'
export type Surface = 'earth' | 'green' | 'water' | 'built' | 'building'
export type Line = 'river' | 'main' | 'minor' | 'path' | 'rail' | 'border'
export type LabelKind = 'place' | 'road' | 'water' | 'point'

export interface Look {
  earth: string
  surface: Record<Exclude<Surface, 'earth'>, string>
  buildingEdge: string
  line: Record<Line, string>
  label: Record<LabelKind, string>
  halo: string
}

export const LOOKS: Record<StyleName, Look> = {
  dark: {
    earth: '#0c131b',
    surface: { green: '#10271f', water: '#14354d', built: '#111b26', building: '#1b2836' },
    buildingEdge: '#273748',
    line: { river: '#14354d', main: '#4d657d', minor: '#324557', path: '#263645', rail: '#3a3f55', border: '#41566b' },
    label: { place: '#9fb4c8', road: '#8a9caf', water: '#5f93b8', point: '#7d90a3' },
    halo: 'rgba(8, 13, 19, 0.9)',
  },
  light: {
    earth: '#e9edf0',
    surface: { green: '#cfe3cd', water: '#a9cfe6', built: '#e1e4e6', building: '#d3d6d9' },
    buildingEdge: '#bcc1c6',
    line: { river: '#a9cfe6', main: '#f6c95f', minor: '#ffffff', path: '#d8d0c2', rail: '#a7a7b3', border: '#a89bb5' },
    label: { place: '#2c3844', road: '#5a646e', water: '#3d749a', point: '#69737d' },
    halo: 'rgba(255, 255, 255, 0.9)',
  },
}

const WATER_AREAS = new Set(['water', 'ocean', 'water_polygons', 'dam_polygons'])
const WATER_LINES = new Set(['waterway', 'water_lines'])
const LAND = new Set(['landcover', 'landuse', 'park', 'parks', 'green', 'land', 'sites', 'natural', 'globallandcover'])
const BUILDINGS = new Set(['building', 'buildings'])
const ROADS = new Set(['transportation', 'road', 'roads', 'streets', 'street_polygons', 'transit', 'aeroway'])
const BORDERS = new Set(['boundary', 'boundaries'])
const LABELS: Record<string, LabelKind> = {
  place: 'place', places: 'place', place_labels: 'place', transportation_name: 'road', street_labels: 'road', streets: 'road',
  roads: 'road', road: 'road', water_name: 'water', water_polygons_labels: 'water', water_lines_labels: 'water', water: 'water',
  poi: 'point', pois: 'point', public_transport: 'point', mountain_peak: 'point', park: 'point',
}
const GREEN = /wood|forest|grass|park|meadow|scrub|farm|orchard|vineyard|garden|cemetery|wetland|heath|nature|golf|pitch|allotment|tea|field|hill|bamboo|green|recreation|village_green/
const BUILT = /residential|commercial|industrial|retail|school|university|hospital|military|built|urban|suburb/
const MAIN = /^(motorway|trunk|primary|secondary|highway|major_road|main|arterial)/
const PATH = /^(path|footway|pedestrian|steps|cycleway|bridleway|track|service|lane|living_street|other|taxiway)/
const RAIL = /^(rail|transit|subway|tram|light_rail|narrow_gauge|funicular|monorail)/
const PLACE_RANKS: Record<string, number> = {
  city: 9, town: 8, county: 8, district: 8, township: 7, suburb: 6, locality: 5, neighbourhood: 5, village: 5, quarter: 5, hamlet: 3,
}

const word = (properties: Properties): string =>
  String(properties['kind'] ?? properties['class'] ?? properties['highway'] ?? properties['pmap:kind'] ?? properties['subclass'] ?? '')

export function surfaceOf(layer: string, properties: Properties): Surface | null {
  if (layer === 'earth') return 'earth'
  if (WATER_AREAS.has(layer)) return 'water'
  if (BUILDINGS.has(layer)) return 'building'
  if (!LAND.has(layer)) return null
  if (layer === 'park' || layer === 'parks' || layer === 'green') return 'green'
  const kind = word(properties)
  return GREEN.test(kind) ? 'green' : BUILT.test(kind) ? 'built' : null
}

export function lineOf(layer: string, properties: Properties): Line | null {
  if (WATER_LINES.has(layer) || layer === 'water') return 'river'
  if (BORDERS.has(layer)) return 'border'
  if (!ROADS.has(layer)) return null
  const kind = word(properties)
  if (RAIL.test(kind) || properties['rail'] === true) return 'rail'
  if (MAIN.test(kind)) return 'main'
  return PATH.test(kind) ? 'path' : 'minor'
}

const AT_16: Record<Line, number> = { river: 4, main: 7, minor: 4, path: 2, rail: 2, border: 1.5 }
/** Lines that would only make a small scale grey are left out there. */
const FROM: Record<Line, number> = { river: 9, main: 5, minor: 11.5, path: 14, rail: 10, border: 0 }

/** Pixels, as the town's own roads; 0: not drawn at this zoom. */
export function lineWidth(line: Line, zoom: number): number {
  if (zoom < FROM[line]) return 0
  if (line === 'border') return 1
  return Math.max(line === 'main' ? 1.4 : 0.7, AT_16[line] * 1.55 ** (zoom - 16))
}

export function labelOf(layer: string, properties: Properties): { kind: LabelKind; rank: number; from: number } | null {
  const kind = LABELS[layer]
  if (!kind) return null
  if (kind === 'place') {
    const rank = PLACE_RANKS[String(properties['kind_detail'] ?? word(properties))] ?? PLACE_RANKS[word(properties)] ?? 4
    return { kind, rank, from: rank >= 8 ? 5 : rank >= 6 ? 9 : rank >= 5 ? 11 : 13 }
  }
  if (kind === 'road') {
    const line = lineOf('roads', properties)
    return line === 'rail' ? null : { kind, rank: line === 'main' ? 3 : 2, from: line === 'main' ? 12.5 : 14.5 }
  }
  return kind === 'water' ? { kind, rank: 2.5, from: 11 } : { kind, rank: 1, from: 16 }
}

const MOST_CHARACTERS = 40

function text(...candidates: unknown[]): string {
  for (const one of candidates) if (typeof one === 'string' && one.trim()) return one.trim().slice(0, MOST_CHARACTERS)
  return ''
}

/** In both languages, Chinese where there is no other. */
export function namesOf(p: Properties): { zh: string; en: string } {
  const zh = text(p['name:zh-Hans'], p['name:zh'], p['name_zh'], p['name'], p['name:latin'], p['name:en'])
  return { zh, en: text(p['name:en'], p['name_en'], p['name:latin'], zh) }
}
