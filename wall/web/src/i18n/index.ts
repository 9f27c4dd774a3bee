import { createI18n, useI18n } from 'vue-i18n'
import type { Bilingual } from '../api/types'
import en from './en'
import zh from './zh'

export type Language = 'zh' | 'en'

const KEY = 'gridwatch.language'
const LOCALES: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

/** What can be a key; anything else is somebody's own text. */
const WORD = /^[a-z][a-z_-]{0,30}$/

function remembered(): Language {
  return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh'
}

export const i18n = createI18n({
  legacy: false,
  locale: remembered(),
  fallbackLocale: 'zh',
  messages: { zh, en },
})

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  document.documentElement.lang = LOCALES[language]
}

document.documentElement.lang = LOCALES[remembered()]

/** `t` and what else a component needs to speak the chosen language. */
export function useLanguage() {
  const { t, te, locale } = useI18n()
  const language = (): Language => (locale.value === 'en' ? 'en' : 'zh')
  return {
    t,
    te,
    language,
    locale: () => LOCALES[language()],
    both: (text: Bilingual | null | undefined) => (text ? text[language()] || text.zh : ''),
    name: (thing: { name: string; name_en?: string | null } | undefined, otherwise = '') =>
      (language() === 'en' ? thing?.name_en || thing?.name : thing?.name) ?? otherwise,
    /** The word under `key`, or the raw value where the server knows more than this page. */
    word: (prefix: string, value: string) =>
      WORD.test(value) && te(`${prefix}.${value}`) ? t(`${prefix}.${value}`) : value,
  }
}
