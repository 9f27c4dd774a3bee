/** H.264 byte streams (ITU-T H.264 annex B) cut into NAL units. Pure; the bytes come from a camera. */

export const NAL = { idr: 5, sps: 7, pps: 8, delimiter: 9, filler: 12 } as const

export function nalType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f
}

/** The NAL units of an access unit, without start codes and trailing zeros; views, not copies. */
export function nalUnits(data: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = []
  let begin = -1
  for (let at = 0; at + 2 < data.length; ) {
    const third = data[at + 2] ?? 0
    if (third > 1) {
      at += 3
    } else if (third === 1 && data[at] === 0 && data[at + 1] === 0) {
      if (begin >= 0) found.push(trimmed(data, begin, at))
      begin = at + 3
      at += 3
    } else {
      at += 1
    }
  }
  if (begin >= 0) found.push(trimmed(data, begin, data.length))
  return found.filter((unit) => unit.length > 0)
}

function trimmed(data: Uint8Array, begin: number, end: number): Uint8Array {
  while (end > begin && data[end - 1] === 0) end--
  return data.subarray(begin, end)
}

/** NAL units each behind its length in four bytes, as MP4 has them (ISO/IEC 14496-15). */
export function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(units.reduce((sum, unit) => sum + 4 + unit.length, 0))
  const view = new DataView(out.buffer)
  let at = 0
  for (const unit of units) {
    view.setUint32(at, unit.length)
    out.set(unit, at + 4)
    at += 4 + unit.length
  }
  return out
}
