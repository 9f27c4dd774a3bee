import { useLanguage } from '../i18n'
import { useRoom } from '../stores/room'
import type { KeptCalibration } from './ptz_types'

/** Whose calibration it is, from when, and how sure; null: that of cameras.yaml. */
export function useCalibrationWords(): (kept: KeptCalibration | null) => string {
  const { t } = useLanguage()
  const { town } = useRoom()
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: town.timezone, dateStyle: 'short', timeStyle: 'short', hour12: false })
  return (kept) => {
    if (!kept) return t('ptz.calibrate.asConfigured')
    const date = day.format(kept.at * 1000).replace(',', '')
    const by = kept.by || t('ptz.calibrate.somebody')
    const aims = kept.aims > 0 ? t('ptz.calibrate.fromAims', { n: kept.aims }) : ''
    return t('ptz.calibrate.keptBy', { by, date, error: kept.heading_error_deg.toFixed(2) }) + aims
  }
}
