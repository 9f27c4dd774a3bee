/** The pages of the registers and their addresses. Pure. */
export const REGISTER_TABS = ['vendors', 'firms', 'places'] as const
export type RegisterTab = (typeof REGISTER_TABS)[number]

const ROOT = '/registers'

export function isRegistersAddress(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`)
}

export function registerTabOf(path: string): RegisterTab {
  return REGISTER_TABS.find((tab) => path === `${ROOT}/${tab}`) ?? 'vendors'
}

export function registerAddressOf(tab: RegisterTab): string {
  return tab === 'vendors' ? ROOT : `${ROOT}/${tab}`
}

export function exportAddress(kind: string, order: string, form: 'csv' | 'xlsx'): string {
  return `/api/v1/registers/export?${new URLSearchParams({ kind, order, form }).toString()}`
}
