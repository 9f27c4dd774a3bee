/** Accounts, stand-ins and the audit as the API tells of them, and how people are listed. Pure. */
import type { Area } from '../api/types'

export const ROLES = ['administrator', 'operator', 'dispatcher', 'supervisor', 'grid_leader', 'grid_worker', 'post_staff', 'village_room', 'auditor'] as const
export const KINDS = ['look', 'sign_in', 'sign_in_failed', 'sign_out', 'account', 'stand_in', 'export', 'grids', 'tracks', 'talk_down', 'announcement'] as const
export const HOWS = ['live', 'display', 'whep', 'snapshot', 'replay', 'clip', 'ptz'] as const
export const SECTIONS = ['people', 'audit'] as const
export type Section = (typeof SECTIONS)[number]

export interface RoleAt {
  role: string
  area: string
  area_name?: string
}

export interface Account {
  id: string
  username: string
  name: string
  enabled: boolean
  created_at: number
  roles: RoleAt[]
  post: string | null
  leaves_at: number | null
  seen_at: number | null
}

/** With which somebody sets his own password; told once. */
export interface GivenCode {
  id: string
  code: string
  expires_at: number
}

export interface StandIn {
  id: string
  account_id: string
  account_name: string
  absent_id: string
  absent_name: string
  from_at: number
  until_at: number
  made_by: string
}

export interface Move {
  account_id: string
  at: number
  roles: RoleAt[]
  post: string | null
  made_by: string
}

export interface AuditEntry {
  seq: number
  kind: string
  at: number
  until_at: number | null
  going_on: boolean
  seconds: number
  times: number
  actor_id: string | null
  actor_name: string
  address: string
  camera_id: string | null
  how: string
  subject: string
  detail: Record<string, unknown>
}

export type Standing = 'active' | 'leaving' | 'ended'

export function standingOf(account: Account, now: number): Standing {
  if (!account.enabled || (account.leaves_at !== null && account.leaves_at <= now)) return 'ended'
  return account.leaves_at !== null ? 'leaving' : 'active'
}

export interface PeopleFilter {
  text: string
  role: string
  area: string
  ended: boolean
}

/** Those that fit, by name. An area means that and what lies below it; a display is no person. */
export function filterPeople(accounts: readonly Account[], wanted: PeopleFilter, areas: ReadonlyMap<string, Area>, now: number): Account[] {
  const words = wanted.text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return accounts
    .filter((one) => !one.roles.every(({ role }) => role === 'display'))
    .filter((one) => wanted.ended || standingOf(one, now) !== 'ended')
    .filter((one) => !wanted.role || one.roles.some(({ role }) => role === wanted.role))
    .filter((one) => !wanted.area || one.roles.some(({ area }) => liesIn(area, wanted.area, areas)))
    .filter((one) => {
      const said = `${one.name} ${one.username} ${one.post ?? ''} ${one.roles.map(({ area_name }) => area_name).join(' ')}`.toLocaleLowerCase()
      return words.every((word) => said.includes(word))
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'zh-CN') || a.username.localeCompare(b.username))
}

export function liesIn(code: string, above: string, areas: ReadonlyMap<string, Area>): boolean {
  for (let at: string | null | undefined = code, steps = 0; at && steps < 16; at = areas.get(at)?.parent, steps++) if (at === above) return true
  return false
}

/** Areas as a tree that is read from the top down: each with how deep it lies. */
export function areaTree(areas: readonly Area[]): { area: Area; depth: number }[] {
  const known = new Set(areas.map(({ code }) => code))
  const below = new Map<string | null, Area[]>()
  for (const area of areas) {
    const parent = area.parent !== null && known.has(area.parent) ? area.parent : null
    below.set(parent, [...(below.get(parent) ?? []), area])
  }
  const found: { area: Area; depth: number }[] = []
  const walk = (parent: string | null, depth: number): void => {
    for (const area of below.get(parent) ?? []) {
      found.push({ area, depth })
      if (depth < 16) walk(area.code, depth + 1)
    }
  }
  walk(null, 0)
  return found
}

/** A date field's value (local to this machine) as Unix seconds; null where it is empty. */
export function momentOf(local: string): number | null {
  const ms = local ? new Date(local).getTime() : Number.NaN
  return Number.isFinite(ms) ? ms / 1000 : null
}

export function localOf(at: number | null): string {
  if (at === null) return ''
  const date = new Date(at * 1000)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export interface AuditFilter {
  kind: string
  how: string
  camera: string
  account: string
  area: string
  from: string
  to: string
}

/** What to ask the server, without what is empty. */
export function auditWords(wanted: AuditFilter): URLSearchParams {
  const words = new URLSearchParams()
  for (const key of ['kind', 'how', 'camera', 'account', 'area'] as const) if (wanted[key]) words.set(key, wanted[key])
  for (const key of ['from', 'to'] as const) {
    const at = momentOf(wanted[key])
    if (at !== null) words.set(key, String(at))
  }
  return words
}

export function isAdminAddress(path: string): boolean {
  return path === '/admin' || path.startsWith('/admin/')
}

export function sectionOf(path: string): Section {
  return path.startsWith('/admin/audit') ? 'audit' : 'people'
}

export function addressOf(section: Section): string {
  return section === 'audit' ? '/admin/audit' : '/admin'
}
