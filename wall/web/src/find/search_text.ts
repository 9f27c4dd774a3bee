/** A text taken apart so that it can be found by its letters, its characters, or how they are read. Pure. */
import type { Readings } from './readings'

export interface Unit {
  /** One character, lower case. */
  text: string
  /** Where it stands in the text, in UTF-16 units. */
  start: number
  end: number
  readings: readonly string[]
  /** A space or a mark: passed over when what is looked for runs across it. */
  gap: boolean
  /** The first letter of a word, the first figure of a number, or any Chinese character. */
  head: boolean
}

export interface SearchText {
  text: string
  units: readonly Unit[]
  /** One bit for every letter, figure and reading in it, many characters to a bit: what lacks one of a word's bits lacks the word. */
  bits: number
}

function bitsOf(text: string): number {
  let bits = 0
  for (let index = 0; index < text.length; index++) bits |= 1 << (text.charCodeAt(index) & 31)
  return bits
}

/** [start, end) in the text. */
export type Span = readonly [number, number]

export type Manner = 'literal' | 'initials' | 'pinyin' | 'mixed'

export interface Found {
  manner: Manner
  /** Index of the unit it begins at, gaps not counted. */
  at: number
  head: boolean
  /** It is the whole text. */
  whole: boolean
  spans: readonly Span[]
}

const WORD = /[\p{L}\p{N}]/u
const HAN = /\p{Script=Han}/u
const DIGIT = /\p{N}/u
const DIGRAPHS = ['zh', 'ch', 'sh']

type Sort = 'gap' | 'han' | 'digit' | 'letter'

function sortOf(character: string): Sort {
  if (!WORD.test(character)) return 'gap'
  if (HAN.test(character)) return 'han'
  return DIGIT.test(character) ? 'digit' : 'letter'
}

export function searchText(text: string, readings: Readings): SearchText {
  const units: Unit[] = []
  let before: Sort = 'gap'
  let start = 0
  for (const character of text) {
    const sort = sortOf(character)
    const end = start + character.length
    units.push({
      text: character.toLowerCase(),
      start,
      end,
      readings: sort === 'han' ? readings(character) : [],
      gap: sort === 'gap',
      head: sort === 'han' || sort !== before,
    })
    before = sort
    start = end
  }
  return { text, units, bits: units.reduce((bits, unit) => bits | bitsOf(unit.text) | bitsOf(unit.readings.join('')), 0) }
}

/** One step: how many letters of the word the unit takes, and whether that was more than an initial. */
interface Step {
  taken: number
  kind: 'literal' | 'initial' | 'full'
}

function steps(unit: Unit, word: string, at: number): Step[] {
  if (word.startsWith(unit.text, at)) return [{ taken: unit.text.length, kind: 'literal' }]
  const found: Step[] = []
  const left = word.length - at
  for (const reading of unit.readings) {
    if (reading[0] !== word[at]) continue
    const two = DIGRAPHS.some((pair) => reading.startsWith(pair) && word.startsWith(pair, at))
    const typed = word.startsWith(reading, at)
    // The last syllable may be half typed; of one letter, or zh, ch, sh, it is an initial like any other.
    const halfTyped = left > (two ? 2 : 1) && left < reading.length && reading.startsWith(word.slice(at))
    if (typed || halfTyped) found.push({ taken: Math.min(left, reading.length), kind: reading.length > 1 ? 'full' : 'initial' })
    if (two) found.push({ taken: 2, kind: 'initial' })
    found.push({ taken: 1, kind: 'initial' })
  }
  // Whole syllables before initials: what was typed in full is meant in full.
  return found.sort((a, b) => b.taken - a.taken)
}

interface Walk {
  kinds: Set<Step['kind']>
  last: number
}

function walk(units: readonly Unit[], from: number, word: string, at: number): Walk | null {
  const unit = units[from]
  if (!unit) return null
  if (unit.gap && !word.startsWith(unit.text, at)) return walk(units, from + 1, word, at)
  for (const { taken, kind } of steps(unit, word, at)) {
    if (at + taken === word.length) return { kinds: new Set([kind]), last: from }
    const rest = walk(units, from + 1, word, at + taken)
    if (rest) {
      rest.kinds.add(kind)
      return rest
    }
  }
  return null
}

function mannerOf(kinds: ReadonlySet<Step['kind']>): Manner {
  if (kinds.size > 1) return 'mixed'
  return kinds.has('literal') ? 'literal' : kinds.has('full') ? 'pinyin' : 'initials'
}

/** Where the word begins best: at the start, else at the head of a word, else anywhere. `word` is lower case. */
export function findWord({ units, bits }: SearchText, word: string): Found | null {
  if ((bitsOf(word) & ~bits) !== 0) return null
  let best: Found | null = null
  let position = 0
  for (let index = 0; index < units.length; index++) {
    const unit = units[index] as Unit
    if (unit.gap) continue
    const here = position++
    if (best && (best.head || !unit.head)) continue
    const found = begins(unit, word) ? walk(units, index, word, 0) : null
    if (!found) continue
    const whole = here === 0 && units.slice(found.last + 1).every((rest) => rest.gap)
    const end = (units[found.last] as Unit).end
    best = { manner: mannerOf(found.kinds), at: here, head: unit.head, whole, spans: [[unit.start, end]] }
    if (unit.head) return best
  }
  return best
}

/** The quick no: most units do not even begin like the word. */
function begins(unit: Unit, word: string): boolean {
  return word.startsWith(unit.text) || unit.readings.some((reading) => reading[0] === word[0])
}

const MIXED_SCRIPTS = /(\p{Script=Han}+)/u

/** The words of a query. One that mixes scripts ("qd东") is tried as it stands first, then in its parts. */
export interface QueryWord {
  whole: string
  parts: readonly string[]
}

export function queryWords(query: string): QueryWord[] {
  return query
    .slice(0, 100)
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 8)
    .map((whole) => ({ whole, parts: whole.split(MIXED_SCRIPTS).filter(Boolean) }))
}

/** The parts of a text that a query hits, in order and without overlaps. */
export function hitSpans(text: SearchText, words: readonly QueryWord[]): Span[] {
  const spans = words.flatMap(({ whole, parts }) => {
    const found = findWord(text, whole)
    return found ? found.spans : parts.length > 1 ? parts.flatMap((part) => findWord(text, part)?.spans ?? []) : []
  })
  const joined: [number, number][] = []
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    const last = joined[joined.length - 1]
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else joined.push([start, end])
  }
  return joined
}
