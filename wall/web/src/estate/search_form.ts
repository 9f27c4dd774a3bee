/** What a person types to look for devices, as the server wants it. Pure. */
import type { DiscoveryRequest } from './estate_types'

export interface SearchDraft {
  interfaces: string[]
  range: string
  ports: string
  account: 'none' | 'kept' | 'typed'
  credentials: string
  username: string
  password: string
}

/** 80, 8000 in any of the ways people write lists; what is no port is left to the server to refuse. */
export function portsOf(text: string): number[] {
  const words = text.split(/[\s,;，；、]+/).filter(Boolean)
  return words.length ? words.map(Number) : [80]
}

export function requestOf(draft: SearchDraft): DiscoveryRequest {
  const where = { interfaces: draft.interfaces, range: draft.range.trim(), ports: portsOf(draft.ports) }
  if (draft.account === 'kept') return { ...where, credentials: draft.credentials }
  if (draft.account === 'typed') return { ...where, username: draft.username.trim(), password: draft.password }
  return where
}
