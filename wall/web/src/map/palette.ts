/** On a screen the ground stays dark so that what happens on it stands out. */
const SCREEN = {
  ground: '#0c131b',
  water: '#14354d',
  green: '#10271f',
  building: '#1b2836',
  buildingEdge: '#273748',
  road: { main: '#4d657d', minor: '#324557', path: '#263645' },
  area: '#5d7d9b',
  grid: '#3a5c7a',
  gridLabel: '#7f9bb5',
  areaLabel: '#c5d6e6',
  roadLabel: '#8a9caf',
  cameraLabel: '#b8c7d6',
  halo: 'rgba(8, 13, 19, 0.9)',
  camera: { live: '#3ecf8e', stalled: '#f5b83d', waiting: '#8296aa', down: '#ff6b66', off: '#4a5b6c' },
  view: '83, 177, 253',
  dome: '45, 212, 191',
  worker: '#53b1fd',
  workerBusy: '#c79bff',
  workerLabel: '#d5e9ff',
  plate: 'rgba(10, 16, 23, 0.82)',
  workerOff: '#5b6c7d',
  level: ['#7cb7e8', '#7cb7e8', '#f2cf4a', '#fb923c', '#ff5d5d'],
  selected: '#ffffff',
} as const

type Loose<T> = T extends string ? string : T extends readonly unknown[] ? T : { -readonly [K in keyof T]: Loose<T[K]> }
export type Palette = Loose<typeof SCREEN>

/** On paper the ground is the paper: ink lies only where something is. */
const PAPER: Palette = {
  ...SCREEN,
  ground: '#ffffff',
  water: '#cde3f2',
  green: '#dcedd8',
  building: '#ebebeb',
  buildingEdge: '#c4c4c4',
  road: { main: '#e0b76a', minor: '#c9c9c9', path: '#dedede' },
  area: '#3f566d',
  grid: '#8ea3b8',
  gridLabel: '#516477',
  areaLabel: '#111c27',
  roadLabel: '#6f5a2a',
  cameraLabel: '#2f3d4b',
  halo: 'rgba(255, 255, 255, 0.92)',
  camera: { ...SCREEN.camera, live: '#16995f', off: '#9aa7b4' },
  view: '20, 90, 170',
  dome: '0, 125, 110',
  workerLabel: '#123a63',
  plate: 'rgba(255, 255, 255, 0.86)',
  selected: '#111111',
}

/** The map's colours as they are painted now: read while painting, not before. */
export const PALETTE: Palette = { ...SCREEN }

/** What `paint` draws is in the colours for paper. It must not wait for anything. */
export function onPaper<T>(paint: () => T): T {
  Object.assign(PALETTE, PAPER)
  try {
    return paint()
  } finally {
    Object.assign(PALETTE, SCREEN)
  }
}

export const MAP_FONT = "'Noto Sans SC Variable', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

export function levelColour(level: number): string {
  return PALETTE.level[level] ?? PALETTE.level[4]
}
