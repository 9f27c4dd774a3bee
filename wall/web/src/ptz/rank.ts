import type { RoleAt } from '../api/types'

const RANKS: Record<string, number> = { administrator: 3, supervisor: 2, operator: 1 }

/** Who may take a dome over from whom, where the server has not said: the highest of the caller's roles. */
export function rankOf(roles: readonly Pick<RoleAt, 'role'>[]): number {
  return roles.reduce((best, { role }) => Math.max(best, RANKS[role] ?? 0), 0)
}
