import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { boxAt, boxesIn, Mp4Error, readMovie } from '../src/tile/mp4'
import { cutMovie } from '../src/tile/mp4_cut'

/** Written by `vision.clip`: 30 pictures, ten a second, a key frame every ten. */
const bytes = readFileSync(fileURLToPath(new URL('clips/ring.mp4', import.meta.url)))
const RING = new Uint8Array(bytes).buffer

function payloads(file: ArrayBuffer): string[] {
  return readMovie(file).samples.map(({ offset, size }) => Buffer.from(file, offset, size).toString('base64'))
}

describe('a clip of ours', () => {
  it('is read picture by picture', () => {
    const movie = readMovie(RING)
    expect(movie.samples).toHaveLength(30)
    expect(movie.codec).toBe('avc1')
    expect(movie.samples.flatMap(({ key }, index) => (key ? [index] : []))).toEqual([0, 10, 20])
    movie.samples.forEach(({ at }, index) => expect(at).toBeCloseTo(index / 10, 3))
    expect(new Set(payloads(RING)).size).toBe(30)
  })

  const cuts: [string, number, number, { first: number; end: number; from: number }][] = [
    ['from a key frame', 1.0, 2.0, { first: 10, end: 20, from: 1.0 }],
    ['between key frames', 1.55, 2.35, { first: 10, end: 24, from: 1.5 }],
    ['from the beginning', 0, 0.3, { first: 0, end: 3, from: 0 }],
    ['to the end', 2.45, 99, { first: 20, end: 30, from: 2.4 }],
    ['of one picture', 1.2, 1.2, { first: 10, end: 13, from: 1.2 }],
  ]
  it.each(cuts)('is cut %s', (_name, from, to, expected) => {
    const cut = cutMovie(RING, from, to)
    const file = cut.file.buffer
    expect(cut.from).toBeCloseTo(expected.from, 3)
    expect(payloads(file)).toEqual(payloads(RING).slice(expected.first, expected.end))
    expect(readMovie(file).samples[0]?.key).toBe(true)
    // Players begin at the picture asked for, whichever key frame the file begins with.
    const data = new DataView(file)
    const edit = boxAt(data, ['moov', 'trak', 'edts', 'elst'])
    const mediaTime = data.getUint32(edit.content + 12) / readMovie(file).timescale
    expect(mediaTime).toBeCloseTo(expected.from - expected.first / 10, 3)
  })

  it('can be cut again', () => {
    const once = cutMovie(RING, 0.5, 2.5)
    const twice = cutMovie(once.file.buffer, 1.0, 1.5)
    expect(payloads(twice.file.buffer)).toEqual(payloads(RING).slice(10, 15))
  })

  it('has boxes that fill it exactly', () => {
    const { buffer } = cutMovie(RING, 1, 2).file
    const boxes = boxesIn(new DataView(buffer), 0, buffer.byteLength)
    expect(boxes.map(({ type }) => type)).toEqual(['ftyp', 'moov', 'mdat'])
    expect(boxes.at(-1)?.end).toBe(buffer.byteLength)
  })
})

describe('what is no clip', () => {
  const broken: [string, (copy: Uint8Array<ArrayBuffer>) => ArrayBuffer][] = [
    ['nothing', () => new ArrayBuffer(0)],
    ['a page of text', () => new TextEncoder().encode('<html>refused by a proxy</html>').buffer],
    ['a file cut off in its index', (copy) => copy.slice(0, 300).buffer],
    ['a file cut off in its pictures', (copy) => copy.slice(0, copy.length - 500).buffer],
    [
      'a box larger than the file',
      (copy) => {
        new DataView(copy.buffer).setUint32(0, 0x7fffffff)
        return copy.buffer
      },
    ],
  ]
  it.each(broken)('is refused: %s', (_name, make) => {
    expect(() => readMovie(make(new Uint8Array(RING.slice(0))))).toThrow(Mp4Error)
  })
})
