/** The map's colours: the ground stays dark so that what happens on it stands out. */
export const PALETTE = {
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

export const MAP_FONT = "'Noto Sans SC Variable', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

export function levelColour(level: number): string {
  return PALETTE.level[level] ?? PALETTE.level[4]
}
