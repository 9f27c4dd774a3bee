/** Finding a camera among thousands by whatever somebody remembers of it. Pure. */
import { NO_READINGS, type Readings } from './readings'
import { findWord, queryWords, searchText, type Found, type Manner, type QueryWord, type SearchText } from './search_text'

/** What a camera is found by. `places`: its area, grid and street, in every language there is. */
export interface Findable {
  id: string
  name: string
  name_en: string
  places: readonly string[]
}

export interface Hit {
  id: string
  score: number
}

/** What breaks ties between cameras that fit equally well: the smaller comes first. */
export type Rank = (id: string) => number

interface Entry {
  of: Findable
  fields: readonly { text: SearchText; weight: number }[]
}

const NAME = 40
const CODE = 34
const PLACE = 0
const MANNER: Record<Manner, number> = { literal: 8, initials: 6, pinyin: 6, mixed: 3 }

/** Where a word is found decides first, then how: the start of a name, the head of a word, anywhere. */
function worth(found: Found, weight: number): number {
  const position = found.at === 0 ? 30 : found.head ? 14 : 4
  return weight + position + MANNER[found.manner] + (found.whole ? 12 : 0)
}

/** Numbers are spoken without their leading zeros: qd-12 for qd-0012. */
function shortCode(id: string): string {
  return id.replace(/(^|\D)0+(?=\d)/g, '$1')
}

export class CameraIndex {
  private readonly entries = new Map<string, Entry>()
  private readonly texts = new Map<string, SearchText>()

  constructor(private readonly readings: Readings = NO_READINGS) {}

  /** Makes the index hold these cameras and no others. What has not changed costs a comparison. */
  update(cameras: Iterable<Findable>): void {
    const kept = new Set<string>()
    for (const camera of cameras) {
      kept.add(camera.id)
      const known = this.entries.get(camera.id)
      if (!known || !same(known.of, camera)) this.entries.set(camera.id, this.entryOf(camera))
    }
    if (kept.size === this.entries.size) return
    for (const id of this.entries.keys()) if (!kept.has(id)) this.entries.delete(id)
  }

  private entryOf(camera: Findable): Entry {
    const codes = new Set([camera.id, shortCode(camera.id)])
    const fields = [
      ...[camera.name, camera.name_en].map((text) => ({ text, weight: NAME })),
      ...[...codes].map((text) => ({ text, weight: CODE })),
      ...camera.places.map((text) => ({ text, weight: PLACE })),
    ]
    return {
      of: camera,
      fields: fields.filter(({ text }) => text !== '').map(({ text, weight }) => ({ text: this.textOf(text), weight })),
    }
  }

  /** Villages and streets are shared by many cameras, and so is their text. */
  private textOf(text: string): SearchText {
    let known = this.texts.get(text)
    if (!known) {
      known = searchText(text, this.readings)
      this.texts.set(text, known)
    }
    return known
  }

  /** Every camera in which every word is found, best first. An empty query finds nothing. */
  search(query: string, rank: Rank = () => 0): Hit[] {
    const words = queryWords(query)
    if (words.length === 0) return []
    const finders = words.map((word) => this.finder(word))
    const hits: (Hit & { rank: number })[] = []
    for (const entry of this.entries.values()) {
      let score = 0
      for (const find of finders) {
        const found = find(entry)
        if (found === null) {
          score = -1
          break
        }
        score += found
      }
      if (score >= 0) hits.push({ id: entry.of.id, score, rank: rank(entry.of.id) })
    }
    return hits.sort((a, b) => b.score - a.score || a.rank - b.rank || compare(a.id, b.id))
  }

  /** One word's best worth in an entry; each text is looked at once, however many cameras share it. */
  private finder(word: QueryWord): (entry: Entry) => number | null {
    const seen = new Map<SearchText, Found | null>()
    const find = (text: SearchText, letters: string, memory: Map<SearchText, Found | null>): Found | null => {
      let found = memory.get(text)
      if (found === undefined) {
        found = findWord(text, letters)
        memory.set(text, found)
      }
      return found
    }
    const best = (entry: Entry, letters: string, memory: Map<SearchText, Found | null>): number | null => {
      let top: number | null = null
      for (const { text, weight } of entry.fields) {
        const found = find(text, letters, memory)
        if (found) top = Math.max(top ?? 0, worth(found, weight))
      }
      return top
    }
    const parts = word.parts.length > 1 ? word.parts.map((letters) => ({ letters, memory: new Map<SearchText, Found | null>() })) : []
    return (entry) => {
      const whole = best(entry, word.whole, seen)
      if (whole !== null || parts.length === 0) return whole
      let sum = 0
      for (const { letters, memory } of parts) {
        const found = best(entry, letters, memory)
        if (found === null) return null
        sum += found
      }
      return sum / parts.length
    }
  }
}

function same(a: Findable, b: Findable): boolean {
  return (
    a.name === b.name &&
    a.name_en === b.name_en &&
    a.places.length === b.places.length &&
    a.places.every((place, index) => place === b.places[index])
  )
}

function compare(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
