/** What this browser can decode, in the words of the server: beginnings of RFC 6381 codec strings. */

/** A beginning, and a stream of it as a camera might send: 1080p at a common level. */
const PROBES: readonly (readonly [string, string])[] = [
  ['avc1.42', 'avc1.42c028'],
  ['avc1.4d', 'avc1.4d0028'],
  ['avc1.58', 'avc1.580028'],
  ['avc1.64', 'avc1.640028'],
  ['avc1.6e', 'avc1.6e0028'],
  ['avc1.7a', 'avc1.7a0028'],
  ['hvc1.1', 'hvc1.1.6.L120.B0'],
  ['hvc1.2', 'hvc1.2.4.L120.B0'],
  ['hvc1.4', 'hvc1.4.10.L120.B0'],
]

/** Which of them `can` is true of. */
export async function decodable(can: (codec: string) => Promise<boolean> | boolean): Promise<string[]> {
  const answers = await Promise.all(PROBES.map(async ([, codec]) => can(codec)))
  return PROBES.flatMap(([beginning], index) => (answers[index] ? [beginning] : []))
}

/** By WebCodecs. */
export async function canDecode(codec: string): Promise<boolean> {
  try {
    const { supported } = await VideoDecoder.isConfigSupported({ codec, codedWidth: 1920, codedHeight: 1080 })
    return supported === true
  } catch {
    // A codec string the browser does not even know.
    return false
  }
}

/** Through a MediaSource: our muxer writes H.264 only. */
export function canPlaySegments(codec: string): boolean {
  return codec.startsWith('avc1') && MediaSource.isTypeSupported(segmentType(codec))
}

export function segmentType(codec: string): string {
  return `video/mp4; codecs="${codec}"`
}
