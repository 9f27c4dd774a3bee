/** The pages of the estate and their addresses. Pure. */
export const SECTIONS = ['cameras', 'import', 'devices', 'credentials', 'check'] as const
export type Section = (typeof SECTIONS)[number]

const ROOT = '/estate'

export function isEstateAddress(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`)
}

/** The first where the address names none there is. */
export function sectionOf(path: string): Section {
  const word = path.slice(ROOT.length + 1)
  return SECTIONS.find((section) => section === word) ?? 'cameras'
}

export function addressOf(section: Section): string {
  return section === 'cameras' ? ROOT : `${ROOT}/${section}`
}
