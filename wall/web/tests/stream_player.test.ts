import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canDecode, decodable } from '../src/live/codecs'
import { SpareDecoder } from '../src/live/spare_decoder'
import { StreamPlayer } from '../src/live/stream_player'
import { QUEUE_BOUND } from '../src/live/unit_gate'
import type { WireUnit } from '../src/live/wire'

/** A decoder that does what it is told: Chromium's reclaims, refusals and failures cannot be had on order. */
class Decoder {
  static made: Decoder[] = []
  static supported = new Set<string>()
  static refuses = new Set<string>()
  static isConfigSupported({ codec }: { codec: string }): Promise<{ supported: boolean }> {
    if (codec.startsWith('avc1.7a')) return Promise.reject(new TypeError('invalid codec'))
    return Promise.resolve({ supported: [...Decoder.supported].some((one) => codec.startsWith(one)) })
  }

  state = 'unconfigured'
  decodeQueueSize = 0
  decoded: { type: string; timestamp: number }[] = []
  constructor(readonly init: { output: (frame: unknown) => void; error: (error: Error) => void }) {
    Decoder.made.push(this)
  }
  configure({ codec }: { codec: string }): void {
    if (Decoder.refuses.has(codec)) throw new TypeError('invalid codec')
    this.state = 'configured'
  }
  decode(chunk: { type: string; timestamp: number }): void {
    if (this.state !== 'configured') throw new Error('closed')
    this.decoded.push(chunk)
  }
  show(timestamp: number): void {
    this.init.output({ timestamp, close: () => {} })
  }
  fail(name: string): void {
    this.state = 'closed'
    this.init.error(Object.assign(new Error(name), { name }))
  }
  close(): void {
    this.state = 'closed'
  }
}

class Chunk {
  type: string
  timestamp: number
  constructor({ type, timestamp }: { type: string; timestamp: number }) {
    this.type = type
    this.timestamp = timestamp
  }
}

const FORMAT = { codec: 'avc1.4d401e', width: 640, height: 360 }
let clock = 0

function unit(ptsUs: number, change: Partial<WireUnit> = {}): WireUnit {
  return { stream: 1, keyFrame: false, catchUp: false, discontinuity: false, ptsUs, receivedUs: ptsUs, payload: new Uint8Array(4), ...change }
}
const key = (ptsUs: number, change: Partial<WireUnit> = {}): WireUnit => unit(ptsUs, { keyFrame: true, ...change })

function player(spare = new SpareDecoder()) {
  const told: string[] = []
  const shown: number[] = []
  const made = new StreamPlayer(
    1,
    {
      onFrame: (frame) => shown.push(frame.timestamp),
      onPreview: (frame) => told.push(`preview ${frame.timestamp}`),
      onUnplayable: (codec) => told.push(`unplayable ${codec}`),
      onReclaimed: () => told.push('reclaimed'),
    },
    () => clock,
    spare,
  )
  made.setFormat(FORMAT)
  return { made, told, shown, decoder: (): Decoder => Decoder.made.at(-1) as Decoder }
}

beforeEach(() => {
  Decoder.made = []
  Decoder.refuses.clear()
  Object.assign(globalThis, { VideoDecoder: Decoder, EncodedVideoChunk: Chunk })
})
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'VideoDecoder')
  Reflect.deleteProperty(globalThis, 'EncodedVideoChunk')
})

describe('a stream in the decoder', () => {
  it('asks for the group of pictures again when the browser takes the decoder away', () => {
    const { made, told, decoder } = player()
    made.push(key(0))
    decoder().fail('QuotaExceededError')
    expect(told).toEqual(['reclaimed'])
    made.push(unit(1))
    expect(Decoder.made).toHaveLength(1)
    made.push(key(2, { catchUp: true }))
    made.push(unit(3, { catchUp: true }))
    expect(decoder().decoded.map(({ timestamp }) => timestamp)).toEqual([2, 3])
  })

  it('shows the first picture of what it catches up with, then nothing before the newest', () => {
    const { made, told, shown, decoder } = player()
    made.push(key(0, { catchUp: true }))
    for (const pts of [1, 2]) made.push(unit(pts, { catchUp: true }))
    for (const pts of [0, 1, 2]) decoder().show(pts)
    made.push(unit(3))
    decoder().show(3)
    expect([told, shown]).toEqual([['preview 0'], [2, 3]])
  })

  it('never goes back in time when it has to catch up again', () => {
    const { made, told, decoder } = player()
    made.push(key(0, { catchUp: true }))
    made.push(unit(1, { catchUp: true }))
    decoder().show(0)
    decoder().fail('EncodingError')
    made.push(key(2, { catchUp: true }))
    made.push(unit(3, { catchUp: true }))
    decoder().show(2)
    expect(told).toEqual(['preview 0'])
  })

  it('takes a fresh decoder at the next key frame after an error, and keeps count', () => {
    const { made, told, decoder } = player()
    made.push(key(0))
    decoder().fail('EncodingError')
    made.push(unit(1))
    made.push(key(2))
    expect(Decoder.made).toHaveLength(2)
    expect([told, made.stats.decodeErrors, made.stats.dropped]).toEqual([[], 1, 1])
  })

  it('hears nothing more of a decoder it has given up', () => {
    const { made, told, decoder } = player()
    made.push(key(0))
    const old = decoder()
    made.setFormat({ ...FORMAT, codec: 'avc1.640028' })
    old.fail('NotSupportedError')
    expect([told, made.stats.decodeErrors]).toEqual([[], 0])
  })

  it.each([
    ['told at once', (): void => void Decoder.refuses.add(FORMAT.codec), 'none'],
    ['told later', (): void => {}, 'NotSupportedError'],
  ])('says that a codec cannot be played, %s, and does not try again before another comes', (_name, prepare, error) => {
    prepare()
    const { made, told, decoder } = player()
    made.push(key(0))
    if (error !== 'none') decoder().fail(error)
    const before = Decoder.made.length
    made.push(key(1))
    expect(told).toEqual([`unplayable ${FORMAT.codec}`])
    expect(Decoder.made).toHaveLength(before)
    made.setFormat({ ...FORMAT, codec: 'avc1.42c01e' })
    made.push(key(2))
    expect(decoder().decoded).toHaveLength(1)
  })

  it('drops to the next key frame when more wait than the bound', () => {
    const { made, decoder } = player()
    made.push(key(0))
    decoder().decodeQueueSize = QUEUE_BOUND + 1
    made.push(unit(1))
    decoder().decodeQueueSize = 0
    made.push(unit(2))
    made.push(key(3))
    expect(decoder().decoded.map(({ timestamp }) => timestamp)).toEqual([0, 3])
  })

  it('goes on live while what was sent to catch up still waits in the decoder', () => {
    const { made, decoder } = player()
    made.push(key(0, { catchUp: true }))
    for (let pts = 1; pts <= 2 * QUEUE_BOUND; pts++) made.push(unit(pts, { catchUp: true }))
    decoder().decodeQueueSize = 2 * QUEUE_BOUND + 1
    made.push(unit(100))
    expect(decoder().decoded.at(-1)?.timestamp).toBe(100)
    decoder().decodeQueueSize = 4 * QUEUE_BOUND
    made.push(unit(101))
    expect(decoder().decoded.at(-1)?.timestamp).toBe(100)
  })

  it('shows only the newest of what was sent to catch up, in whatever order pictures come out', () => {
    const { made, shown, decoder } = player()
    made.push(key(0, { catchUp: true }))
    made.push(unit(3, { catchUp: true }))
    made.push(unit(1, { catchUp: true }))
    for (const timestamp of [0, 1, 3]) decoder().show(timestamp)
    made.push(unit(4))
    decoder().show(4)
    expect(shown).toEqual([3, 4])
  })

  it('goes on with the same decoder when only the size changes', () => {
    const { made, decoder } = player()
    made.push(key(0))
    made.setFormat({ ...FORMAT, width: 1280, height: 720 })
    made.push(key(1))
    expect(Decoder.made).toHaveLength(1)
    expect(decoder().decoded).toHaveLength(2)
  })
})

describe('what the browser can decode', () => {
  it('is told by beginnings of codec strings', async () => {
    Decoder.supported = new Set(['avc1.42', 'avc1.4d', 'avc1.64'])
    expect(await decodable(canDecode)).toEqual(['avc1.42', 'avc1.4d', 'avc1.64'])
    Decoder.supported.add('hvc1.1')
    expect(await decodable(canDecode)).toContain('hvc1.1')
  })
})

describe('the spare decoder', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is there for the next stream of the same kind, and calls that stream', () => {
    const spare = new SpareDecoder()
    player(spare).made.push(key(0))
    vi.runAllTimers()
    expect(Decoder.made).toHaveLength(2)
    const second = player(spare)
    second.made.push(key(7))
    expect(Decoder.made).toHaveLength(2)
    Decoder.made[1]?.show(7)
    expect([second.shown, Decoder.made[0]?.decoded.length]).toEqual([[7], 1])
  })

  it('is not taken for another codec, nor when the browser has taken it back', () => {
    const spare = new SpareDecoder()
    player(spare).made.push(key(0))
    vi.runAllTimers()
    const other = player(spare)
    other.made.setFormat({ ...FORMAT, codec: 'avc1.640028' })
    other.made.push(key(0))
    expect(Decoder.made).toHaveLength(3)
    vi.runAllTimers()
    expect(Decoder.made.map(({ state }) => state)).toEqual(['configured', 'closed', 'configured', 'configured'])
    Decoder.made[3]?.fail('QuotaExceededError')
    const third = player(spare)
    third.made.setFormat({ ...FORMAT, codec: 'avc1.640028' })
    third.made.push(key(0))
    expect(Decoder.made).toHaveLength(5)
    expect(third.told).toEqual([])
  })
})
