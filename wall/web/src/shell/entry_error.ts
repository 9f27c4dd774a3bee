import { ApiError } from '../api/client'

/** The dictionary key of what to tell somebody at the door, or null when the server's own words say it best. */
export function entryErrorKey(error: ApiError, page: 'sign-in' | 'set-up' | 'code'): string | null {
  if (error.status === 0) return 'errors.network'
  if (error.status === 429) return 'errors.too_many'
  if (page === 'sign-in' && (error.status === 401 || error.status === 403)) return 'errors.wrong_password'
  if (page === 'code' && error.status === 401) return 'byCode.wrong'
  if (page === 'set-up' && (error.status === 401 || error.status === 403)) return 'errors.wrong_code'
  if (page === 'set-up' && error.status === 409) return 'errors.set_up_already'
  if (error.status >= 500) return 'errors.server'
  return null
}
