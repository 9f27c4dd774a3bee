/** The table of the estate: one row a camera, filtered, searched and sorted. Pure. */
import type { Camera } from '../api/types'
import { standingOf, type CameraStanding } from '../stores/camera_store'
import type { CameraCheck, EstateCamera } from './estate_types'

export interface EstateRow {
  camera: EstateCamera
  /** As it is received now; undefined for one that is not received yet. */
  live: Camera | undefined
  standing: CameraStanding
  check: CameraCheck | null
  areaName: string
  maker: string
  /** Codec and size: what is received now, else what the last check saw. */
  picture: string
}

export type SortKey = 'name' | 'area' | 'maker' | 'host' | 'state' | 'picture' | 'check'

export interface RowFilter {
  /** "" for all. */
  area: string
  standing: CameraStanding | ''
  credentials: string
  lacking: '' | 'problems' | 'place' | 'check'
}

export const NO_FILTER: RowFilter = { area: '', standing: '', credentials: '', lacking: '' }

export function pictureText(codec: string | null | undefined, width: number | null | undefined, height: number | null | undefined): string {
  if (!codec && !width) return ''
  const name = (codec ?? '').replace(/^(avc|h264).*/i, 'H.264').replace(/^(hvc|hev|h265).*/i, 'H.265')
  return width && height ? `${name} ${width}×${height}`.trim() : name
}

export function rowOf(camera: EstateCamera, live: Camera | undefined, check: CameraCheck | null, areaName: string): EstateRow {
  const seen = check?.streams.sub
  return {
    camera,
    live,
    standing: !camera.enabled ? 'off' : live ? standingOf(live.state) : 'waiting',
    check,
    areaName,
    maker: [camera.maker, camera.model].filter(Boolean).join(' '),
    picture: pictureText(live?.codec, live?.width, live?.height) || pictureText(seen?.codec, seen?.width, seen?.height),
  }
}

/** `found`: ids that fit by name, place or pinyin; what else is written in the row is looked through here. */
export function filterRows(rows: readonly EstateRow[], filter: RowFilter, text: string, found: ReadonlySet<string>, within: (area: string) => boolean): EstateRow[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const { camera } = row
    if (filter.area && !within(camera.area)) return false
    if (filter.standing && row.standing !== filter.standing) return false
    if (filter.credentials && camera.credentials !== filter.credentials && camera.device_credentials !== filter.credentials) return false
    if (filter.lacking === 'problems' && (!row.check || row.check.verdict === 'good')) return false
    if (filter.lacking === 'place' && camera.position) return false
    if (filter.lacking === 'check' && row.check) return false
    return words.length === 0 || found.has(camera.id) || words.every((word) => written(row).includes(word))
  })
}

function written({ camera, maker, picture }: EstateRow): string {
  return [camera.id, camera.name, camera.name_en, camera.host, camera.national_code, camera.credentials ?? '', maker, picture].join('\n').toLowerCase()
}

const STANDING_ORDER: Record<CameraStanding, number> = { down: 0, stalled: 1, waiting: 2, live: 3, off: 4 }
const VERDICT_ORDER = { error: 0, warning: 1, good: 2 }

/** Numbers within texts by their value: 10.20.0.9 before 10.20.0.10. Equal rows stay in the order they came in. */
export function sortRows(rows: readonly EstateRow[], key: SortKey, descending: boolean, name: (camera: EstateCamera) => string, locale: string): EstateRow[] {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  const text: Partial<Record<SortKey, (row: EstateRow) => string>> = {
    name: (row) => name(row.camera),
    area: (row) => row.areaName,
    maker: (row) => row.maker,
    host: (row) => row.camera.host,
    picture: (row) => row.picture,
  }
  const rank: Partial<Record<SortKey, (row: EstateRow) => number>> = {
    state: (row) => STANDING_ORDER[row.standing],
    check: (row) => (row.check ? VERDICT_ORDER[row.check.verdict] * 100 - Math.min(99, row.check.findings.length) : 1000),
  }
  const sign = descending ? -1 : 1
  const texts = text[key]
  const ranks = rank[key]
  const order = (a: EstateRow, b: EstateRow): number => {
    if (ranks) return sign * (ranks(a) - ranks(b))
    const [left, right] = [texts?.(a) ?? '', texts?.(b) ?? '']
    // What is not known stands last whichever way round.
    if (!left || !right) return left === right ? 0 : left ? -1 : 1
    return sign * compare(left, right)
  }
  return [...rows].sort(order)
}
