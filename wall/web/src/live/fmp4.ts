/** Fragmented MP4 for one H.264 track (ISO/IEC 14496-12 and -15), for a SourceBuffer. Pure. */
import { box, fullBox, joined, text, u16, u32, u64, zeros, type Part } from './mp4_boxes'

export const TIMESCALE = 90_000
const TRACK = 1

export interface TrackFormat {
  sps: Uint8Array
  pps: readonly Uint8Array[]
  width: number
  height: number
}

export interface Sample {
  /** NAL units with their lengths. */
  data: Uint8Array
  key: boolean
  /** Ticks of 1/90 000 s. */
  decodeAt: number
  duration: number
  /** Presentation less decoding, not negative. */
  delay: number
}

const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(u32)

/** What comes before the first fragment, and again when the format changes. */
export function initSegment(format: TrackFormat): Uint8Array<ArrayBuffer> {
  const brands = [...text('iso5'), ...u32(512), ...text('iso5iso6mp41')]
  const mvhd = fullBox('mvhd', 0, 0, zeros(8), u32(TIMESCALE), u32(0), u32(0x10000), u16(0x100), zeros(10), MATRIX, zeros(24), u32(TRACK + 1))
  const trex = fullBox('trex', 0, 0, u32(TRACK), u32(1), zeros(12))
  const whole = joined([box('ftyp', brands), box('moov', mvhd, track(format), box('mvex', trex))])
  return whole
}

function track({ sps, pps, width, height }: TrackFormat): Uint8Array {
  const size = [...u32(width * 0x10000), ...u32(height * 0x10000)]
  const tkhd = fullBox('tkhd', 0, 3, zeros(8), u32(TRACK), zeros(4), u32(0), zeros(8), zeros(8), MATRIX, size)
  const mdhd = fullBox('mdhd', 0, 0, zeros(8), u32(TIMESCALE), u32(0), u16(0x55c4), u16(0))
  const hdlr = fullBox('hdlr', 0, 0, zeros(4), text('vide'), zeros(12), text('video'), [0])
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
  const empty = ['stts', 'stsc', 'stco'].map((type) => fullBox(type, 0, 0, u32(0)))
  const stsd = fullBox('stsd', 0, 0, u32(1), sampleEntry(sps, pps, width, height))
  const stbl = box('stbl', stsd, ...empty, fullBox('stsz', 0, 0, u32(0), u32(0)))
  const minf = box('minf', fullBox('vmhd', 0, 1, zeros(8)), dinf, stbl)
  return box('trak', tkhd, box('mdia', mdhd, hdlr, minf))
}

/** `avc3`-like in that parameter sets may also stand in the stream; named avc1, which every browser takes. */
function sampleEntry(sps: Uint8Array, pps: readonly Uint8Array[], width: number, height: number): Uint8Array {
  const lists: Part[] = [[0xe1], u16(sps.length), sps, [pps.length]]
  for (const one of pps) lists.push(u16(one.length), one)
  const avcC = box('avcC', [1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff], ...lists)
  const resolution = [...u32(0x480000), ...u32(0x480000)]
  return box('avc1', zeros(6), u16(1), zeros(16), u16(width), u16(height), resolution, zeros(4), u16(1), zeros(32), u16(24), u16(0xffff), avcC)
}

const KEY_FLAGS = 0x02000000
const DELTA_FLAGS = 0x01010000

/** One moof and mdat with samples in decoding order. */
export function fragment(sequence: number, samples: readonly Sample[]): Uint8Array<ArrayBuffer> {
  const rows = samples.flatMap(({ data, key, duration, delay }) => [
    ...u32(duration),
    ...u32(data.length),
    ...u32(key ? KEY_FLAGS : DELTA_FLAGS),
    ...u32(delay),
  ])
  const build = (offset: number): Uint8Array =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', 0, 0x020000, u32(TRACK)),
        fullBox('tfdt', 1, 0, u64(samples[0]?.decodeAt ?? 0)),
        fullBox('trun', 0, 0x000f01, u32(samples.length), u32(offset), rows),
      ),
    )
  // The data's place is counted from the moof, whose length does not depend on the number written into it.
  const moof = build(build(0).length + 8)
  const whole = joined([moof, box('mdat', ...samples.map((sample) => sample.data))])
  return whole
}
