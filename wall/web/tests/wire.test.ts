import { describe, expect, it } from 'vitest'
import { isPositions, numberOf, parsePositions } from '../src/live/positions'
import { HEADER_BYTES, parseBatch, WireError } from '../src/live/wire'

function unit(stream: number, flags: number, pts: bigint, received: bigint, payload: number[]): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, stream)
  view.setUint8(2, flags)
  view.setUint32(4, payload.length)
  view.setBigUint64(8, pts)
  view.setBigUint64(16, received)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

function batch(...units: Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(units.reduce((sum, u) => sum + u.length, 0))
  let at = 0
  for (const u of units) {
    whole.set(u, at)
    at += u.length
  }
  return whole.buffer
}

describe('a batch of access units', () => {
  it('gives every unit with its flags, times and payload', () => {
    const frame = batch(unit(7, 1, 40_000n, 1_790_000_000_123_456n, [0, 0, 0, 1, 0x65]), unit(65_535, 6, 80_000n, 2n ** 52n, []))
    const units = [...parseBatch(frame)]
    expect(units).toMatchObject([
      { stream: 7, keyFrame: true, catchUp: false, discontinuity: false, ptsUs: 40_000, receivedUs: 1_790_000_000_123_456 },
      { stream: 65_535, keyFrame: false, catchUp: true, discontinuity: true, ptsUs: 80_000, receivedUs: 2 ** 52 },
    ])
    expect([...(units[0]?.payload ?? [])]).toEqual([0, 0, 0, 1, 0x65])
    expect(units[1]?.payload.length).toBe(0)
  })

  it('is empty when the frame is', () => {
    expect([...parseBatch(new ArrayBuffer(0))]).toEqual([])
  })

  const whole = batch(unit(1, 1, 0n, 0n, [1, 2, 3, 4]))
  it.each([
    ['inside the header', 10],
    ['right after the header', HEADER_BYTES],
    ['inside the payload', HEADER_BYTES + 3],
  ])('is refused when cut %s', (_, length) => {
    expect(() => [...parseBatch(whole.slice(0, length))]).toThrow(WireError)
  })

  it('gives the whole units before a cut', () => {
    const frame = batch(unit(1, 1, 0n, 0n, [1]), unit(2, 0, 0n, 0n, [1, 2, 3])).slice(0, -1)
    const seen: number[] = []
    expect(() => {
      for (const u of parseBatch(frame)) seen.push(u.stream)
    }).toThrow(/3 bytes, 2 left/)
    expect(seen).toEqual([1])
  })
})

describe('a frame of positions', () => {
  /** As wall/positions.py writes it: header, then columns. */
  function frame(now: number, rows: [string, number, number, number, number][]): ArrayBuffer {
    const view = new DataView(new ArrayBuffer(16 + 20 * rows.length))
    view.setUint8(3, 1)
    view.setUint32(4, rows.length)
    view.setFloat64(8, now)
    rows.forEach(([id, lon, lat, age, accuracy], i) => {
      const n = rows.length
      view.setFloat64(16 + 8 * i, numberOf(id))
      view.setInt32(16 + 8 * n + 4 * i, Math.round(lon * 1e7))
      view.setInt32(16 + 12 * n + 4 * i, Math.round(lat * 1e7))
      view.setUint16(16 + 16 * n + 2 * i, age)
      view.setUint16(16 + 18 * n + 2 * i, accuracy)
    })
    return view.buffer
  }

  it('is told from pictures, and gives its columns', () => {
    const ids = ['ffffffffffff4a3b9d0e1f2a3b4c5d6e', '00000000000a41']
    const sent = frame(1_790_000_000.5, [[ids[0] ?? '', 120.4512345, 30.1, 3, 12], [ids[1] ?? '', -70.5, -33.25, 65_535, 0]])
    expect([isPositions(sent), isPositions(batch(unit(1, 1, 0n, 0n, [])))]).toEqual([true, false])
    const found = parsePositions(sent)
    expect(found?.now).toBe(1_790_000_000.5)
    expect([...(found?.who ?? [])]).toEqual([0xffff_ffff_ffff, 10])
    expect([...(found?.lon ?? [])]).toEqual([120.4512345, -70.5])
    expect([...(found?.lat ?? [])]).toEqual([30.1, -33.25])
    expect([...(found?.at ?? [])]).toEqual([1_789_999_997.5, 1_790_000_000.5 - 65_535])
    expect([...(found?.accuracy ?? [])]).toEqual([12, 0])
  })

  it('that is cut short is none', () => {
    expect(parsePositions(frame(1, [['0a', 1, 1, 0, 0]]).slice(0, -1))).toBeNull()
  })
})
