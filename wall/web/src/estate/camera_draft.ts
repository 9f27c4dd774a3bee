/** What a person types of a camera, and what of it is a change. Pure. */
import type { Place } from '../map/map_view'
import type { EstateCamera } from './estate_types'

export interface CameraDraft {
  name: string
  name_en: string
  area: string
  national_code: string
  enabled: boolean
  /** "" for none, or `TYPED`. */
  credentials: string
  username: string
  password: string
  sub_url: string
  main_url: string
  device_url: string
  place: Place | null
  height_m: number
}

export const USUAL_HEIGHT_M = 6
/** In place of an account's name, which begins with a letter or digit: one that is typed. */
export const TYPED = '+'

/** Of a camera, or of one that is not there yet. */
export function draftOf(camera: EstateCamera | null, area = ''): CameraDraft {
  const { position } = camera ?? { position: null }
  return {
    name: camera?.name ?? '',
    name_en: camera?.name_en ?? '',
    area: camera?.area ?? area,
    national_code: camera?.national_code ?? '',
    enabled: camera?.enabled ?? true,
    credentials: camera?.credentials ?? '',
    username: '',
    password: '',
    sub_url: camera?.sub_url ?? '',
    main_url: camera?.main_url ?? '',
    device_url: camera?.device_url ?? '',
    place: position && { lon: position.lon, lat: position.lat },
    height_m: position?.height_m ?? USUAL_HEIGHT_M,
  }
}

/** Seven digits are a centimetre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7
}

/** Only what is other than it was, in the words of `PATCH /estate/cameras/{id}`. Null takes away. */
export function changesOf(camera: EstateCamera | null, draft: CameraDraft): Record<string, unknown> {
  const before = draftOf(camera)
  const change: Record<string, unknown> = {}
  for (const key of ['name', 'name_en', 'area', 'national_code', 'sub_url'] as const) if (draft[key].trim() !== before[key]) change[key] = draft[key].trim()
  for (const key of ['main_url', 'device_url'] as const) if (draft[key].trim() !== before[key]) change[key] = draft[key].trim() || null
  if (draft.enabled !== before.enabled) change['enabled'] = draft.enabled
  if (draft.credentials === TYPED) change['account'] = { username: draft.username.trim(), password: draft.password }
  else if (draft.credentials !== before.credentials) change['credentials'] = draft.credentials || null
  const position = draft.place && { lon: rounded(draft.place.lon), lat: rounded(draft.place.lat), height_m: draft.height_m }
  if (JSON.stringify(position) !== JSON.stringify(camera?.position ?? null)) change['position'] = position
  return change
}

/** What the server would refuse for want of it. */
export function complete(draft: CameraDraft): boolean {
  const account = draft.credentials !== TYPED || (draft.username.trim() !== '' && draft.password !== '')
  return draft.name.trim() !== '' && draft.sub_url.trim() !== '' && draft.area !== '' && account
}

/** The draft when the camera became another meanwhile: what was typed stays, the rest follows. */
export function followed(draft: CameraDraft, before: EstateCamera | null, now: EstateCamera | null): CameraDraft {
  const [old, next] = [draftOf(before), draftOf(now)]
  const result = { ...draft }
  const follow = <Key extends keyof CameraDraft>(key: Key): void => {
    const was = JSON.stringify(old[key])
    if (JSON.stringify(draft[key]) === was && JSON.stringify(next[key]) !== was) result[key] = next[key]
  }
  for (const key of Object.keys(old) as (keyof CameraDraft)[]) follow(key)
  return result
}
