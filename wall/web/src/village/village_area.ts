/** Whose village room it is. Pure. */
import type { Area, Me } from '../api/types'

/** This page is all such a person has. */
export function onlyVillageRoom(me: Me): boolean {
  return me.roles.length > 0 && me.roles.every(({ role }) => role === 'village_room')
}

/** The areas somebody may open a village room of: his own villages, or the one the address names. */
export function roomAreas(me: Me, areas: readonly Area[], search: string): string[] {
  const named = new URLSearchParams(search).get('area')
  const own = me.roles.filter(({ role }) => role === 'village_room').map(({ area }) => area)
  const known = new Set(areas.map(({ code }) => code))
  const wanted = named !== null && known.has(named) ? [named, ...own.filter((code) => code !== named)] : own
  if (wanted.length > 0) return wanted
  return areas.filter(({ level }) => level === 'village').slice(0, 1).map(({ code }) => code)
}

export function isVillageAddress(path: string): boolean {
  return path === '/village' || path === '/village/'
}
