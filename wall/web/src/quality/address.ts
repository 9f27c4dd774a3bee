/** The pages of video quality and their addresses. Pure. */
export const QUALITY_SECTIONS = ['now', 'report'] as const
export type QualitySection = (typeof QUALITY_SECTIONS)[number]

const ROOT = '/quality'

export function isQualityAddress(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`)
}

export function qualitySectionOf(path: string): QualitySection {
  return path === `${ROOT}/report` ? 'report' : 'now'
}

export function qualityAddressOf(section: QualitySection): string {
  return section === 'now' ? ROOT : `${ROOT}/${section}`
}

export function pictureAddress(episode: string, which: 'picture' | 'healthy'): string {
  return `/api/v1/quality/episodes/${encodeURIComponent(episode)}/${which}.jpg`
}

export function reportAddress(form: 'html' | 'xlsx' | 'csv', day: string, area: string): string {
  const query = new URLSearchParams({ day, ...(area ? { area } : {}) })
  return `/api/v1/quality/report.${form}?${query.toString()}`
}

/** A calendar day of the town, as the server takes it. */
export function dayInTown(at: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at * 1000)
}
