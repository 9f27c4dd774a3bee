import { describe, expect, it } from 'vitest'
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
