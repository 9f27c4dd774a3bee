/** What the server sends, as laid down in docs/design/contracts.md. Times are Unix seconds; coordinates lon, lat. */
import type { FeatureCollection, Polygon } from 'geojson'
import type { PtzOffer } from '../ptz/ptz_types'

export interface Bilingual {
  zh: string
  en: string
}

export interface SetupState {
  needed: boolean
}

export interface RoleAt {
  role: string
  area: string
  area_name: string
}

export interface Me {
  id: string
  username: string
  name: string
  roles: RoleAt[]
  permissions: string[]
  /** Those that hold in the whole town. */
  town_permissions: string[]
  /** Whose place is taken now. */
  standing_in?: { account_id: string; name: string; until: number }[]
}

export interface CaseClass {
  code: string
  name: Bilingual
  level: number | null
  platform?: string
  /** How many are sent together. */
  people?: number
  skills?: string[]
}

export interface Town {
  name: string
  name_en: string
  area: string
  timezone: string
  bounds: [number, number, number, number]
  centre: [number, number]
  base_layers: string[]
  case_classes: CaseClass[]
  posts: Post[]
  /** What people can have that cases want. */
  skills?: { id: string; name: Bilingual }[]
}

/** Where cases of a tier and platform are sent. */
export interface Post {
  id: string
  name: Bilingual
  tier: 'town' | 'district'
  platform: string | null
  area: string | null
}

export interface Area {
  code: string
  parent: string | null
  level: string
  name: string
  name_en: string
}

/** `ingest.state.StreamState`. */
export type StreamState =
  | 'disabled'
  | 'waiting'
  | 'connecting'
  | 'live'
  | 'stalled'
  | 'refused'
  | 'unauthorised'
  | 'unsupported'

export interface Camera {
  id: string
  name: string
  name_en: string
  area: string
  area_name: string
  /** The grid it stands in, where the caller's rights reach. */
  grid: string | null
  grid_name: string
  /** The nearest named road. */
  street: string
  street_en: string
  lon: number | null
  lat: number | null
  heading_deg: number | null
  hfov_deg: number | null
  range_m: number | null
  view: Polygon | null
  profiles: ('sub' | 'main')[]
  enabled: boolean
  state: StreamState
  since: number | null
  error: string | null
  codec: string | null
  width: number | null
  height: number | null
  last_unit_at: number | null
  sample_interval_s: number | null
  /** It can be turned. Older servers do not say. */
  ptz?: PtzOffer | null
}

export interface Worker {
  id: string
  account_id: string | null
  name: string
  grids: string[]
  duty: boolean
  lon: number | null
  lat: number | null
  accuracy_m: number | null
  position_at: number | null
  transport: string
  case_id: string | null
  skills?: string[]
  phone?: string
}

export interface Candidate {
  worker_id: string
  name: string
  distance_m: number | null
  /** How soon he can be there: by road, or guessed from the distance where `way_m` is null. */
  travel_s?: number | null
  way_m?: number | null
  lon: number | null
  lat: number | null
  accuracy_m: number | null
  position_age_s: number | null
  grid_match: boolean
  transport?: 'walk' | 'bicycle' | 'e-bike' | 'car'
  available: boolean
  reason: Bilingual
}

export interface NearCamera {
  id: string
  distance_m: number
  sees: boolean
}

export interface Near {
  cameras: NearCamera[]
  workers: Candidate[]
  grid: { code: string; name: string } | null
}

export const CASE_STATES = [
  'review',
  'filed',
  'assigned',
  'accepted',
  'arrived',
  'handled',
  'closed',
  'invalid',
] as const
export type CaseState = (typeof CASE_STATES)[number]

/** The same thing once more: the `ordinal`-th case of it, counting those one may see. */
export interface RepeatMark {
  ordinal: number
  first_at: number
}

export interface EarlierCase {
  id: string
  number: string
  opened_at: number
  closed_at: number | null
  picture_evidence_id: string | null
  /** 0 to 1; null where one of the two looks is not known. */
  likeness: number | null
}

export interface Repeat extends RepeatMark {
  /** The newest of them, newest first. */
  earlier: EarlierCase[]
}

export interface Case {
  id: string
  number: string
  state: CaseState
  case_class: string
  class_name: Bilingual
  level: number
  title: Bilingual
  source: string
  camera_id: string | null
  zone_id: string | null
  lon: number | null
  lat: number | null
  error_m: number | null
  area: string
  area_name: string
  grid: string | null
  grid_name: string | null
  address: string
  opened_at: number
  updated_at: number
  deadline_at: number | null
  closed_at: number | null
  resolution: string | null
  /** The camera could not tell whether the thing is gone: a person must verify. */
  needs_person: boolean
  reworks: number
  assignee: { id: string; name: string } | null
  sightings: number
  last_seen_at: number | null
  gone_at: number | null
  picture_evidence_id: string | null
  clip_evidence_id: string | null
  version: number
  repeat?: RepeatMark | null
  /** Of the catalogue its class and deadline are from. */
  edition?: string | null
  /** Whom it has come up to: 1 grid worker, 2 grid leader, 3 town, 4 district. */
  tier?: number
  /** Asked for, neither granted nor refused yet. */
  extension_until?: number | null
  supervised_at?: number | null
  /** 1 to 5, given after closing. */
  score?: number | null
  /** The post that holds it, or leads where several do. */
  post?: string | null
  /** Parts of other posts that are neither done nor withdrawn. */
  parts_open?: number
  /** How many are to go together. */
  people?: number
  /** Sent along with the assignee. */
  companions?: { id: string; state: 'waiting' | 'accepted' | 'arrived' }[]
  /** Ids of who has not accepted in time and is still waited for. */
  unanswered?: string[]
}

export interface TraceEntry {
  seq: number
  at: number
  action: string
  actor: { kind: 'camera' | 'person' | 'system'; id: string | null; name: string | null }
  from_state: string | null
  to_state: string | null
  detail: Record<string, unknown>
  hash: string
}

export interface Evidence {
  id: string
  kind: string
  media_type: string
  caption: string | null
  at: number
}

/** Of its class, as it was opened under: 立案条件 and 结案条件. */
export interface ClassTerms {
  /** Minor class of GB/T 30428.2. */
  national: string | null
  files_when: Bilingual | null
  closes_when: Bilingual | null
}

/** Who has a case, and why in one line. */
export interface CaseRouting {
  tier: number
  holder_kind: 'post' | 'person' | 'room'
  holder: string | null
  holder_name: Bilingual | null
  why_zh: string
  why_en: string
}

/** What a post other than the one that leads does of it. */
export interface CasePart {
  post: string
  state: 'asked' | 'accepted' | 'done' | 'withdrawn'
  wanted: string
  asked_at: number
  accepted_at: number | null
  ended_at: number | null
  by: string | null
  note: string
  actions: CaseAction[]
}

export interface CaseWithTrace extends Case {
  trace: TraceEntry[]
  evidence: Evidence[]
  /** What the caller may do to it now, as the last part of the path. */
  actions: CaseAction[]
  terms?: ClassTerms | null
  /** Null for what has ended. */
  routing?: CaseRouting | null
  parts?: CasePart[]
  repeat?: Repeat | null
  /** The newest earlier case there that looks otherwise, or whose look is not known. */
  same_place?: EarlierCase | null
}

/** Where on the ground a point of the picture lies; `camera`: where the camera itself stands. */
export type { Ground, GroundPlace } from './ground_types'

/** Seconds held back on the server for a case. */
export interface Moment {
  id: string
  camera_id: string
  from_at: number
  to_at: number
  size: number
  expires_at: number
}

/** An MP4 of the ring. Times are Unix milliseconds by the server's clock; `now` is when it answered. */
export interface Clip {
  file: ArrayBuffer
  from: number
  to: number
  now: number
}

export interface TraceCheck {
  valid: boolean
  entries: number
  broken_at: number | null
}

export interface CasePage {
  items: Case[]
  total: number
}

export type MapFeatures = FeatureCollection

export type { BrokerHealth, Health, SensorsHealth } from './health_types'

export type CaseAction =
  | 'confirm'
  | 'reject'
  | 'duplicate'
  | 'take-back'
  | 'assign'
  | 'accept'
  | 'decline'
  | 'return'
  | 'join'
  | 'part-accept'
  | 'part-done'
  | 'part-withdraw'
  | 'send-along'
  | 'along-accept'
  | 'along-decline'
  | 'along-arrive'
  | 'along-withdraw'
  | 'arrive'
  | 'handle'
  | 'verify'
  | 'close'
  | 'reopen'
  | 'strike-out'
  | 'comment'
  | 'triage'
  | 'ask-extension'
  | 'grant-extension'
  | 'refuse-extension'
  | 'supervise'
  | 'evaluate'
