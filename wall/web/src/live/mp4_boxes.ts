/** What MP4 files are written of (ISO/IEC 14496-12, 4.2): numbers, and boxes around them. Pure. */

export type Part = readonly number[] | Uint8Array

export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255]
export const u32 = (value: number): number[] => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
export const u64 = (value: number): number[] => [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)]
export const text = (value: string): number[] => [...value].map((letter) => letter.charCodeAt(0))
export const zeros = (count: number): number[] => new Array<number>(count).fill(0)

export function joined(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function box(type: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 8)
  return joined([u32(size), text(type), ...parts])
}

export function fullBox(type: string, version: number, flags: number, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return box(type, u32((version << 24) | flags), ...parts)
}
