/** Faults of video as the server tells them; docs/api.md. */
export const FAULTS = ['lost', 'frozen', 'black', 'overexposed', 'colour_cast', 'noise', 'blurred', 'covered', 'turned', 'wrong_time'] as const
export type Fault = (typeof FAULTS)[number]

export interface Episode {
  id: string
  camera_id: string
  area: string
  area_name: string
  fault: Fault
  began_at: number
  told_at: number
  ended_at: number | null
  picture: boolean
  healthy: boolean
}

export interface GoingOn {
  items: Episode[]
  counts: Partial<Record<Fault, number>>
  cameras: number
  well: number
}

export interface AreaQuality {
  area: string
  area_name: string
  cameras: number
  well: number
  well_share: number
  affected: number
  online_share: number
  faults: Partial<Record<Fault, number>>
}

export interface ReportItem extends Episode {
  camera_name: string
  camera_name_en: string
  seconds: number
}

export interface Report {
  day: string
  from_at: number
  to_at: number
  until: number
  total: AreaQuality
  areas: AreaQuality[]
  items: ReportItem[]
}
