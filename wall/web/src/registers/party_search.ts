/** Finding among thousands of parties by name, pinyin, plate or the end of a phone number. Pure. */
import type { Readings } from '../find/readings'
import { findWord, queryWords, searchText, type SearchText } from '../find/search_text'
import type { Party } from './register_types'

export interface SearchedParty {
  party: Party
  texts: readonly SearchText[]
}

export function searchedParties(items: readonly Party[], readings: Readings): SearchedParty[] {
  return items.map((party) => ({
    party,
    texts: [party.name, party.plate, party.trade].filter(Boolean).map((text) => searchText(text, readings)),
  }))
}

/** Digits only: a phone is remembered by how it ends. */
function endsPhone(party: Party, word: string): boolean {
  return /^\d{3,}$/.test(word) && party.phone.endsWith(word)
}

function hasWord({ party, texts }: SearchedParty, word: string): boolean {
  return endsPhone(party, word) || texts.some((text) => findWord(text, word) !== null)
}

/** Those in which every word stands, in the order they came. */
export function fitting(parties: readonly SearchedParty[], query: string): Party[] {
  const words = queryWords(query)
  return parties
    .filter((one) => words.every(({ whole, parts }) => hasWord(one, whole) || (parts.length > 1 && parts.every((part) => hasWord(one, part)))))
    .map(({ party }) => party)
}
