import { ref } from 'vue'
import type { Bilingual } from '../api/types'
import { phone } from '../i18n/phone'

type Language = 'zh' | 'en'
type Words = (typeof phone)['zh']
type Nested = { [K in keyof Words]: Words[K] extends string ? never : K }[keyof Words]
export type Key = Exclude<keyof Words, Nested> | { [K in Nested]: `${K}.${keyof Words[K] & string}` }[Nested]

const KEPT = 'gridwatch.language'
const LOCALES: Record<Language, string> = { zh: 'zh-CN', en: 'en' }
export const language = ref<Language>(localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh')
document.documentElement.lang = LOCALES[language.value]

export function otherLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh'
  localStorage.setItem(KEPT, language.value)
  document.documentElement.lang = LOCALES[language.value]
}

export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  let found: unknown = phone[language.value]
  for (const part of key.split('.')) found = (found as Record<string, unknown>)[part]
  return String(found ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export const both = (text: Bilingual): string => text[language.value] || text.zh

export function clockTime(seconds: number, timezone: string): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: timezone }).format(seconds * 1000)
}

export function dayAndTime(seconds: number, timezone: string): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: timezone }).format(seconds * 1000)
}

export function distanceText(metres: number): string {
  return metres < 995 ? t('metres', { n: Math.max(10, Math.round(metres / 10) * 10) }) : t('kilometres', { n: (metres / 1000).toFixed(1) })
}
