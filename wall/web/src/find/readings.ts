/** How Chinese characters are read, from a dictionary that is loaded when somebody first looks for something. */

/** Every reading of a character, without tones and in ASCII; empty for what is not Chinese. */
export type Readings = (character: string) => readonly string[]

/** Before the dictionary is there: Chinese is found by Chinese alone. */
export const NO_READINGS: Readings = () => []

const HAN = /\p{Script=Han}/u

/** People type ü as v, and many as u. */
function ascii(reading: string): string[] {
  const plain = reading.normalize('NFC').toLowerCase()
  return plain.includes('ü') ? [plain.replaceAll('ü', 'v'), plain.replaceAll('ü', 'u')] : [plain]
}

let loaded: Promise<Readings> | null = null

/** The dictionary, fetched once. A failure is not kept: the next who asks tries again. */
export function loadReadings(): Promise<Readings> {
  loaded ??= import('pinyin-pro').then(
    ({ polyphonic }) => {
      const known = new Map<string, readonly string[]>()
      return (character) => {
        let found = known.get(character)
        if (!found) {
          const raw = HAN.test(character) ? (polyphonic(character, { type: 'array', toneType: 'none' })[0] ?? []) : []
          found = [...new Set(raw.flatMap(ascii))].filter((reading) => /^[a-z]+$/.test(reading))
          known.set(character, found)
        }
        return found
      }
    },
    (cause: unknown) => {
      loaded = null
      throw cause
    },
  )
  return loaded
}
