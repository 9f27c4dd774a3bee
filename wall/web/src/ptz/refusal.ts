import type { ApiError } from '../api/client'
import { useLanguage } from '../i18n'

/** Refusals of the server in words of the language on view; what has none of ours stays the server's. */
export function useRefusal(): (error: ApiError) => string {
  const { t, te } = useLanguage()
  return (error) => {
    if (te(`ptz.refused.${error.code}`)) return t(`ptz.refused.${error.code}`)
    return error.message || t('errors.network')
  }
}
