import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import en from '../src/i18n/en'
import zh from '../src/i18n/zh'
import { CASE_STATES } from '../src/api/types'
import { STATE_FILTERS } from '../src/cases/order'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) found.set(k, v)
  }
  return found
}

const chinese = flat(zh)
const english = flat(en)
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

describe('the dictionaries', () => {
  it('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('have the same placeholders under each key, and nothing empty', () => {
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe('')
      expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
    }
  })

  it('are each in their own language', () => {
    for (const [key, text] of english) expect(/\p{Script=Han}/u.test(text), key).toBe(false)
    for (const [key, text] of chinese) expect(/\p{Script=Han}/u.test(text), key).toBe(true)
  })

  it('have a word for every state, filter and layer', () => {
    const wanted = [
      ...CASE_STATES.map((state) => `case.state.${state}`),
      ...Object.keys(STATE_FILTERS).map((name) => `cases.filters.${name}`),
    ]
    for (const key of wanted) expect(chinese.has(key), key).toBe(true)
  })
})

const SOURCES = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(vue|ts)$/.test(name))

describe('the components', () => {
  it('ask only for words that exist', () => {
    const asked = new Map<string, string>()
    // The words of the phone and of the citizens' page are held by the type of their keys.
    for (const file of files.filter((name) => !/^(phone|report)\//.test(name))) {
      const text = readFileSync(`${SOURCES}/${file}`, 'utf8')
      for (const [, key = ''] of text.matchAll(/\bt\('([\w.-]+)'/g)) asked.set(key, file)
      for (const [, one = '', other = ''] of text.matchAll(/\bt\([^()]*\? '([\w.-]+)' : '([\w.-]+)'\)/g)) asked.set(one, file).set(other, file)
    }
    // Layers and tools of the map bring their words as keys.
    for (const file of files) {
      for (const [, key = ''] of readFileSync(`${SOURCES}/${file}`, 'utf8').matchAll(/\btitle: '([a-z]\w*\.[\w.]+)'/g)) asked.set(key, file)
    }
    expect(asked.size).toBeGreaterThan(80)
    for (const [key, file] of asked) expect(chinese.has(key), `${key} in ${file}`).toBe(true)
  })

  it('keep their Chinese in the dictionary', () => {
    for (const file of files.filter((name) => name.endsWith('.vue') && !name.endsWith('LanguageSwitch.vue'))) {
      expect(/\p{Script=Han}/u.test(readFileSync(`${SOURCES}/${file}`, 'utf8')), file).toBe(false)
    }
  })

  it('stay within 400 lines a file', () => {
    for (const file of files) expect(readFileSync(`${SOURCES}/${file}`, 'utf8').split('\n').length, file).toBeLessThanOrEqual(400)
  })
})
