import type { ApiError } from '../api/client'
import { useLanguage } from '../i18n'

/** Refusals of the server in words of the language on view: its own, else ours for their code. */
export function useRefusal(): (error: ApiError) => string {
  const { t, te, both } = useLanguage()
  return (error) => {
    if (error.text) return both(error.text)
    if (te(`ptz.refused.${error.code}`)) return t(`ptz.refused.${error.code}`)
    return error.message || t('errors.network')
  }
}
