/** What the server says of alarms: `api/schemas/alarms.py`. Times are Unix seconds. */
import type { Case } from '../api/types'

export interface RaisedBy {
  id: string
  to_wall: boolean
  /** Null: until acknowledged. */
  hold_s: number | null
  sound: boolean
}

export interface Alarm {
  case: Case
  raised_at: number
  /** Of the step-up that raised it; null: raised as a new case. */
  stepped_at: number | null
  rules: RaisedBy[]
  /** `by` is empty where the case ended before anybody did. */
  acknowledged: { at: number; by: string; by_name: string } | null
}

export interface AlarmRuleDraft {
  area: string
  name: string
  enabled: boolean
  /** Empty: every class. */
  classes: string[]
  min_level: number
  /** `HH:MM-HH:MM`; empty: all day. */
  hours: string[]
  to_wall: boolean
  display_id: string | null
  hold_s: number | null
  sound: boolean
  new_cases: boolean
  /** When a late case is stepped up. */
  step_ups: boolean
}

export interface AlarmRule extends AlarmRuleDraft {
  id: string
  area_name: string
  updated_at: number
  updated_by: string
  /** False: the operator has switched it off for himself. */
  mine: boolean
}
