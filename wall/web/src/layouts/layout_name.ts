import { capacity } from '../wall/layout'

/** What people call a layout. */
export function layoutName(code: string, t: (key: string, named: Record<string, unknown>) => string): string {
  if (code.startsWith('r')) return t('layouts.drawn', { n: capacity(code) })
  if (code === 'v10') return t('layouts.village', {})
  return code.startsWith('1+') ? t('layouts.oneBig', { n: code.slice(2) }) : t('wall.layoutOf', { n: code })
}
