import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lengthPrefixed, NAL, nalType, nalUnits } from '../src/live/annexb'
import { fragment, initSegment, TIMESCALE } from '../src/live/fmp4'
import { MediaTimeline, type Arrival } from '../src/live/media_timeline'
import { SegmentPlayer, type Picture } from '../src/live/segment_player'
import { SegmentSink, type Segment } from '../src/live/segment_sink'
import type { WireUnit } from '../src/live/wire'
import { nudge } from '../src/wall/edge_keeper'

interface Clip {
  codec: string
  width: number
  height: number
  units: { key: boolean; ptsUs: number; data: string }[]
}

/** Access units as a camera sends them: `tests/wall/web_clips.py` makes them. */
function clip(name: string): Clip {
  return JSON.parse(readFileSync(new URL(`./clips/${name}.json`, import.meta.url), 'utf8')) as Clip
}

function wireUnits({ units }: Clip, change: Partial<WireUnit> = {}): WireUnit[] {
  return units.map(({ key, ptsUs, data }, index) => ({
    stream: 1,
    keyFrame: key,
    catchUp: false,
    discontinuity: index === 0,
    ptsUs,
    receivedUs: 1_790_000_000_000_000 + ptsUs,
    payload: new Uint8Array(Buffer.from(data, 'base64')),
    ...change,
  }))
}

/** What a SourceBuffer is given for some streams of one tile, one after the other. */
function segmentsOf(...streams: { clip: Clip; units: WireUnit[] }[]): Segment[] {
  const out: Segment[] = []
  const sink = new SegmentSink((segment) => out.push(segment))
  streams.forEach(({ clip: { codec, width, height }, units }, stream) => {
    const player = new SegmentPlayer(
      stream,
      { onPicture: (picture: Picture) => sink.show(stream, picture), onUnplayable: (which) => expect.unreachable(which) },
      () => 0,
    )
    player.setFormat({ codec, width, height })
    for (const unit of units) player.push(unit)
  })
  return out
}

interface Probed {
  pts_time: string
  dts_time: string
  flags: string
}

/** Packets as ffprobe reads them, and the pictures it decodes. */
function probe(segments: Segment[]): { packets: Probed[]; frames: { pts_time: string; width: number; height: number }[]; problems: string } {
  const entries = 'packet=pts_time,dts_time,flags:frame=pts_time,width,height'
  const run = spawnSync('ffprobe', ['-v', 'warning', '-show_packets', '-show_frames', '-show_entries', entries, '-of', 'json', '-'], {
    input: Buffer.concat(segments.map(({ data }) => data)),
    maxBuffer: 64 << 20,
  })
  const found = JSON.parse(run.stdout.toString()) as { packets_and_frames: ({ type: string } & Record<string, never>)[] }
  const of = <T>(type: string): T[] => found.packets_and_frames.filter((one) => one.type === type) as T[]
  return { packets: of('packet'), frames: of('frame'), problems: run.stderr.toString() }
}

describe('NAL units', () => {
  const rows: [string, number[], number[][]][] = [
    ['both start codes', [0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2], [[0x67, 1], [0x68, 2]]],
    ['zeros inside stay, at the end go', [0, 0, 1, 0x65, 0, 0, 3, 1, 0, 0, 0, 1, 0x41, 9, 0, 0], [[0x65, 0, 0, 3, 1], [0x41, 9]]],
    ['nothing before the first start code', [9, 9, 0, 0, 1, 0x41, 7], [[0x41, 7]]],
    ['empty units', [0, 0, 1, 0, 0, 1, 0x41, 7, 0, 0, 1], [[0x41, 7]]],
    ['none', [1, 2, 3, 4], []],
    ['cut off', [0, 0], []],
  ]
  it.each(rows)('%s', (_name, bytes, expected) => {
    expect(nalUnits(new Uint8Array(bytes)).map((unit) => [...unit])).toEqual(expected)
  })

  it('stand behind their lengths', () => {
    expect([...lengthPrefixed([new Uint8Array([0x65, 1]), new Uint8Array([0x41])])]).toEqual([0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41])
  })
})

describe('segments of a real stream', () => {
  const plain = clip('h264-320x180')

  it('play in ffmpeg with every picture, in order, evenly', () => {
    const { packets, frames, problems } = probe(segmentsOf({ clip: plain, units: wireUnits(plain) }))
    expect(problems).toBe('')
    expect(frames).toHaveLength(plain.units.length)
    expect(frames.every(({ width, height }) => width === 320 && height === 180)).toBe(true)
    packets.slice(1).forEach((packet, index) => {
      const step = Number(packet.dts_time) - Number(packets[index]?.dts_time)
      expect(step).toBeGreaterThan(0.03)
      expect(step).toBeLessThan(0.08)
    })
    expect(packets.filter(({ flags }) => flags.startsWith('K'))).toHaveLength(plain.units.filter(({ key }) => key).length)
    const played = Number(packets.at(-1)?.dts_time) - Number(packets[0]?.dts_time)
    const taken = ((plain.units.at(-1)?.ptsUs ?? 0) - (plain.units[0]?.ptsUs ?? 0)) / 1e6
    expect(Math.abs(played - taken)).toBeLessThan(0.1)
  })

  it('go on across a change of stream and size', () => {
    const main = clip('h264-640x360')
    const segments = segmentsOf(
      { clip: plain, units: wireUnits(plain) },
      { clip: main, units: wireUnits(main, { stream: 2 }).map((unit) => ({ ...unit, ptsUs: unit.ptsUs + 900_000_000 })) },
    )
    expect(segments.filter(({ codec }) => codec !== '')).toHaveLength(2)
    const { packets } = probe(segments)
    expect(packets).toHaveLength(plain.units.length + main.units.length)
    packets.slice(1).forEach((packet, index) => {
      const step = Number(packet.dts_time) - Number(packets[index]?.dts_time)
      expect(step).toBeGreaterThan(0.03)
      expect(step).toBeLessThan(0.08)
    })
  })

  it('go back to a stream that had the tile before, at its next key frame and behind its own header', () => {
    const out: Segment[] = []
    const sink = new SegmentSink((segment) => out.push({ ...segment, data: segment.data.slice() }))
    const main = clip('h264-640x360')
    const players = [plain, main].map(({ codec, width, height }, stream) => {
      const player = new SegmentPlayer(stream, { onPicture: (one) => sink.show(stream, one), onUnplayable: () => expect.unreachable() }, () => 0)
      player.setFormat({ codec, width, height })
      return player
    })
    const [first, second] = [wireUnits(plain), wireUnits(main)]
    for (const unit of first.slice(0, 5)) players[0]?.push(unit)
    for (const unit of second.slice(0, 4)) players[1]?.push(unit)
    for (const unit of first.slice(5)) players[0]?.push(unit)
    const again = first.slice(5).findIndex(({ keyFrame }) => keyFrame)
    expect(out.map(({ codec }) => (codec ? 'header' : 'picture')).join(' ')).toBe(
      ['header', ...Array<string>(5).fill('picture'), 'header', ...Array<string>(4).fill('picture'), 'header', ...Array<string>(25 - again).fill('picture')].join(' '),
    )
  })

  it('show pictures of a stream with B-frames in their order', () => {
    const reordered = clip('h264-bframes')
    const twice = [...wireUnits(reordered), ...wireUnits(reordered).map((unit) => ({ ...unit, discontinuity: false, ptsUs: unit.ptsUs + reordered.units.length * 50_000 }))]
    const { frames, packets } = probe(segmentsOf({ clip: reordered, units: twice }))
    expect(packets.some(({ pts_time, dts_time }) => pts_time !== dts_time)).toBe(true)
    const second = frames.slice(reordered.units.length + 2).map(({ pts_time }) => Number(pts_time))
    second.slice(1).forEach((at, index) => expect(at - (second[index] ?? 0)).toBeCloseTo(0.05, 1))
  })

  it('begin with a key frame, and survive garbage up to the next', () => {
    const units = wireUnits(plain)
    const garbage = { ...(units[3] as WireUnit), payload: new Uint8Array([1, 2, 3, 4, 5]) }
    const segments = segmentsOf({ clip: plain, units: [...units.slice(1, 3), ...units.slice(0, 3), garbage, ...units.slice(4)] })
    const keys = units.slice(4).findIndex(({ keyFrame }) => keyFrame) + 4
    expect(segments.filter(({ codec }) => codec === '')).toHaveLength(3 + units.length - keys)
    expect(probe(segments).problems).toBe('')
  })
})

describe('the line of time', () => {
  const at = (ptsUs: number, change: Partial<Arrival> = {}): Arrival => ({ keyFrame: false, catchUp: false, discontinuity: false, ptsUs, ...change })

  it('keeps to the camera’s clock, however it trembles', () => {
    const line = new MediaTimeline()
    let last = line.place(at(0, { keyFrame: true }))
    for (let n = 1; n < 600; n++) {
      const placed = line.place(at(n * 66_667 + ((n * 7919) % 20_000), { keyFrame: n % 30 === 0 }))
      expect(placed.decodeAt).toBe(last.decodeAt + last.duration)
      last = placed
    }
    expect(last.decodeAt / TIMESCALE).toBeCloseTo(599 * 0.066_667, 0)
  })

  const jumps: [string, number][] = [
    ['back to zero, a new session', 0],
    ['an hour ahead', 3_600_000_000],
  ]
  it.each(jumps)('has no hole when the camera’s clock jumps: %s', (_name, to) => {
    const line = new MediaTimeline()
    for (let n = 0; n < 40; n++) line.place(at(5_000_000 + n * 40_000))
    const before = line.place(at(5_000_000 + 40 * 40_000))
    const after = line.place(at(to, { keyFrame: true, discontinuity: true }))
    expect(after.decodeAt).toBe(before.decodeAt + before.duration)
    expect(after.duration).toBeLessThan(0.1 * TIMESCALE)
  })

  it('passes by what was sent to catch up', () => {
    const line = new MediaTimeline()
    for (let n = 0; n < 30; n++) line.place(at(n * 66_667, { keyFrame: n === 0, catchUp: true }))
    expect(line.place(at(30 * 66_667)).decodeAt / TIMESCALE).toBeLessThan(0.05)
  })
})

describe('holding the edge', () => {
  const rows: [string, number, number, ReturnType<typeof nudge>][] = [
    ['near: as it is', 0.1, 1, { kind: 'rate', rate: 1 }],
    ['between: goes on as before', 0.3, 1.1, { kind: 'rate', rate: 1.1 }],
    ['far: a little faster', 0.6, 1, { kind: 'rate', rate: 1.1 }],
    ['farther: faster', 1.2, 1, { kind: 'rate', rate: 1.3 }],
    ['very far: a jump', 4, 1.3, { kind: 'jump', to: 13.9 }],
  ]
  it.each(rows)('%s', (_name, behind, rate, expected) => {
    expect(nudge(14 - behind, 14, rate)).toEqual(expected)
  })
})

it('a header names the format in its own bytes', () => {
  const sps = new Uint8Array([0x67, 0x4d, 0x00, 0x1e, 0xaa])
  const text = Buffer.from(initSegment({ sps, pps: [new Uint8Array([0x68, 1])], width: 640, height: 360 })).toString('latin1')
  expect(text.indexOf('avcC')).toBeGreaterThan(text.indexOf('avc1'))
  expect(text).toContain(Buffer.from(sps).toString('latin1'))
  expect(nalType(sps)).toBe(NAL.sps)
  expect(fragment(1, []).length).toBeGreaterThan(50)
})
