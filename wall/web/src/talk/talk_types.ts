/** Loudspeakers and talks, as laid down in docs/talk-down.md. Times are Unix seconds. */
import type { Bilingual } from '../api/types'

export type SpeakerState = 'idle' | 'off' | 'waiting' | 'opening' | 'speaking'

/** What changes of a loudspeaker: the events' part. */
export interface SpeakerNews {
  id: string
  state: SpeakerState
  holder: { id: string; name: string } | null
  since: number | null
  quiet: boolean
  reached: boolean | null
  reached_at: number | null
  problem: Bilingual | null
}

export interface Speaker extends SpeakerNews {
  name: string
  name_en: string
  area: string
  area_name: string
  lon: number
  lat: number
  range_m: number
  driver: 'onvif' | 'http'
  camera: string | null
  takes_live: boolean
  takes_chinese: boolean
  takes_english: boolean
  may_speak: boolean
  may_in_quiet_hours: boolean
}

export type TargetState = 'waiting' | 'opening' | 'speaking' | 'played' | 'stopped' | 'failed'

export interface Target {
  loudspeaker: string
  name: string
  name_en: string
  state: TargetState
  why: string
  reason: Bilingual | null
  began_at: number | null
  seconds: number
}

export interface Talk {
  id: string
  kind: 'text' | 'announcement' | 'live'
  text: string
  announcement: string
  case: string | null
  began_at: number
  ended_at: number | null
  over: boolean
  targets: Target[]
}

export interface Announcement {
  id: string
  area: string
  area_name: string
  name: string
  text: string
  seconds: number
  made_by: string
  may_change: boolean
}

/** What is asked for beside the words. */
export interface TalkOptions {
  loudspeakers: string[]
  case?: string
  take_over?: boolean
  in_quiet_hours?: boolean
}

export type Choice = { near: { lon: number; lat: number } } | { case: string } | { road: string } | { grid: string } | { drawn: [number, number][] }
