/** What the server gives as reasons for ending a stream, where the page has words of its own for them. */

const WORDS: readonly (readonly [string, string])[] = [
  ['transcoding limit reached', 'delivery.transcodingFull'],
  ['transcoding failed', 'delivery.transcodingFailed'],
]

/** The reason in the reader's language where it is one of ours; else as the server wrote it. */
export function reasonInWords(reason: string, t: (key: string) => string): string {
  const found = WORDS.find(([beginning]) => reason.startsWith(beginning))
  return found ? t(found[1]) : reason
}
