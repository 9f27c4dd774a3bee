/** Cuts a piece out of one of our clips without touching a picture. Pure. */
import { box, fullBox, joined, u32 } from '../live/mp4_boxes'
import { boxAt, boxesIn, Mp4Error, readMovie, type Movie, type Mp4Box } from './mp4'

export interface Cut {
  file: Uint8Array<ArrayBuffer>
  /** What a player shows, in seconds of the whole clip. */
  from: number
  to: number
}

/** Version 0, no flags, then the numbers. */
function numbers(type: string, ...values: number[]): Uint8Array<ArrayBuffer> {
  return fullBox(type, 0, 0, values.flatMap(u32))
}

function copied(source: Uint8Array, { start, end }: Mp4Box): Uint8Array {
  return source.slice(start, end)
}

/** A header box with another duration; where that stands depends on the box and its version. */
function withDuration(source: Uint8Array, found: Mp4Box, at: { short: number; long: number }, duration: number): Uint8Array {
  const copy = copied(source, found)
  const view = new DataView(copy.buffer)
  const first = found.content - found.start
  if (view.getUint8(first) === 1) view.setBigUint64(first + at.long, BigInt(duration))
  else view.setUint32(first + at.short, duration)
  return copy
}

const MOVIE_DURATION = { short: 16, long: 24 }
const TRACK_DURATION = { short: 20, long: 28 }

/** The first sample a decoder needs, the first one shown, and one past the last. */
function range(movie: Movie, from: number, to: number): { first: number; shown: number; end: number } {
  const { samples } = movie
  const shown = Math.max(0, samples.findLastIndex((sample) => sample.at <= from + 1e-6))
  const first = samples.findLastIndex((sample, index) => index <= shown && sample.key)
  const after = samples.findIndex((sample, index) => index > shown && sample.at >= to - 1e-6)
  if (first < 0) throw new Mp4Error('no key frame before the cut')
  return { first, shown, end: after < 0 ? samples.length : after }
}

/**
 * The pictures from `from` to `to`, seconds of the clip. The file begins at the key frame before, because a decoder must;
 * an edit list has players begin at the picture asked for. Raises Mp4Error.
 */
export function cutMovie(file: ArrayBuffer, from: number, to: number): Cut {
  const data = new DataView(file)
  const source = new Uint8Array(file)
  const movie = readMovie(file)
  const { first, shown, end } = range(movie, from, to)
  const kept = movie.samples.slice(first, end)
  const ticks = (seconds: number): number => Math.round(seconds * movie.timescale)
  const start = movie.samples[first]?.at ?? 0
  const begins = movie.samples[shown]?.at ?? 0
  const last = kept.at(-1)
  const stops = last ? last.at + last.duration : begins
  const mvhd = boxAt(data, ['moov', 'mvhd'])
  const movieScale = data.getUint32(mvhd.content + (data.getUint8(mvhd.content) === 1 ? 20 : 12))
  const seen = Math.round((stops - begins) * movieScale)

  const mdia = boxAt(data, ['moov', 'trak', 'mdia'])
  const minf = boxAt(data, ['minf'], mdia)
  const stbl = boxAt(data, ['stbl'], minf)
  const keys = kept.flatMap((sample, index) => (sample.key ? [index + 1] : []))
  const tables = (offset: number): Uint8Array[] => [
    copied(source, boxAt(data, ['stsd'], stbl)),
    numbers('stts', kept.length, ...kept.flatMap((sample) => [1, ticks(sample.duration)])),
    numbers('stss', keys.length, ...keys),
    numbers('stsc', 1, 1, kept.length, 1),
    numbers('stsz', 0, kept.length, ...kept.map((sample) => sample.size)),
    numbers('stco', 1, offset),
  ]
  const rest = boxesIn(data, minf.content, minf.end).filter((one) => one.type !== 'stbl')
  const moov = (offset: number): Uint8Array<ArrayBuffer> =>
    box(
      'moov',
      withDuration(source, mvhd, MOVIE_DURATION, seen),
      box(
        'trak',
        withDuration(source, boxAt(data, ['moov', 'trak', 'tkhd']), TRACK_DURATION, seen),
        box('edts', numbers('elst', 1, seen, ticks(begins - start), 0x00010000)),
        box(
          'mdia',
          withDuration(source, boxAt(data, ['mdhd'], mdia), MOVIE_DURATION, ticks(stops - start)),
          copied(source, boxAt(data, ['hdlr'], mdia)),
          box('minf', ...rest.map((one) => copied(source, one)), box('stbl', ...tables(offset))),
        ),
      ),
    )
  const ftyp = copied(source, boxAt(data, ['ftyp']))
  const offset = ftyp.byteLength + moov(0).byteLength + 8
  const pictures = kept.map((sample) => source.subarray(sample.offset, sample.offset + sample.size))
  return { file: joined([ftyp, moov(offset), box('mdat', ...pictures)]), from: begins, to: stops }
}
