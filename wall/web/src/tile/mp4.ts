/** Reads what our own clips are made of (ISO/IEC 14496-12): one video track, index in front. Pure. */

export interface Sample {
  offset: number
  size: number
  /** Seconds from the first picture. */
  at: number
  duration: number
  key: boolean
}

export interface Movie {
  samples: Sample[]
  /** Ticks a second of the track. */
  timescale: number
  codec: string
}

export class Mp4Error extends Error {}

export interface Mp4Box {
  type: string
  /** Of the box with its header, and of what is in it. */
  start: number
  content: number
  end: number
}

/** The boxes lying side by side between two offsets. */
export function boxesIn(data: DataView, start: number, end: number): Mp4Box[] {
  const found: Mp4Box[] = []
  for (let at = start; at + 8 <= end; ) {
    const short = data.getUint32(at)
    const wide = short === 1
    if (wide && at + 16 > end) throw new Mp4Error('a box is cut off')
    const size = wide ? Number(data.getBigUint64(at + 8)) : short === 0 ? end - at : short
    const content = at + (wide ? 16 : 8)
    if (size < content - at || at + size > end) throw new Mp4Error('a box is longer than what holds it')
    found.push({ type: fourLetters(data, at + 4), start: at, content, end: at + size })
    at += size
  }
  return found
}

function fourLetters(data: DataView, at: number): string {
  return String.fromCharCode(data.getUint8(at), data.getUint8(at + 1), data.getUint8(at + 2), data.getUint8(at + 3))
}

/** The box at the end of a path. Raises Mp4Error where there is none. */
export function boxAt(data: DataView, path: readonly string[], within?: Mp4Box): Mp4Box {
  let here = within ? { start: within.content, end: within.end } : { start: 0, end: data.byteLength }
  let found: Mp4Box | undefined
  for (const type of path) {
    found = boxesIn(data, here.start, here.end).find((box) => box.type === type)
    if (!found) throw new Mp4Error(`no ${type} box`)
    here = { start: found.content, end: found.end }
  }
  if (!found) throw new Mp4Error('no path')
  return found
}

/** `count` rows of `width` 32-bit numbers behind the version, the flags and the count. */
function table(data: DataView, box: Mp4Box, width: number, header = 4): number[][] {
  const count = data.getUint32(box.content + header)
  const first = box.content + header + 4
  if (first + count * width * 4 > box.end) throw new Mp4Error(`the ${box.type} box is cut off`)
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_, column) => data.getUint32(first + (row * width + column) * 4)),
  )
}

function sizesOf(data: DataView, stbl: Mp4Box): number[] {
  const box = boxAt(data, ['stsz'], stbl)
  const same = data.getUint32(box.content + 4)
  if (same !== 0) return new Array<number>(data.getUint32(box.content + 8)).fill(same)
  return table(data, box, 1, 8).map(([size = 0]) => size)
}

function offsetsOf(data: DataView, stbl: Mp4Box, sizes: number[]): number[] {
  const chunks = table(data, boxAt(data, ['stco'], stbl), 1).map(([offset = 0]) => offset)
  const runs = table(data, boxAt(data, ['stsc'], stbl), 3)
  const offsets: number[] = []
  chunks.forEach((start, index) => {
    const run = runs.findLast(([first = 1]) => first <= index + 1)
    let at = start
    for (let n = 0; n < (run?.[1] ?? 0) && offsets.length < sizes.length; n++) {
      offsets.push(at)
      at += sizes[offsets.length - 1] ?? 0
    }
  })
  return offsets
}

/** Raises Mp4Error (or RangeError) for what is not one of our clips. */
export function readMovie(file: ArrayBuffer): Movie {
  const data = new DataView(file)
  const mdia = boxAt(data, ['moov', 'trak', 'mdia'])
  const mdhd = boxAt(data, ['mdhd'], mdia)
  const timescale = data.getUint32(mdhd.content + (data.getUint8(mdhd.content) === 1 ? 20 : 12))
  const stbl = boxAt(data, ['minf', 'stbl'], mdia)
  const sizes = sizesOf(data, stbl)
  const offsets = offsetsOf(data, stbl, sizes)
  const keys = new Set(table(data, boxAt(data, ['stss'], stbl), 1).map(([number = 0]) => number - 1))
  const stsd = boxAt(data, ['stsd'], stbl)
  const samples: Sample[] = []
  let ticks = 0
  for (const [count = 0, duration = 0] of table(data, boxAt(data, ['stts'], stbl), 2)) {
    for (let n = 0; n < count; n++) {
      const index = samples.length
      const offset = offsets[index]
      const size = sizes[index]
      if (offset === undefined || size === undefined || offset + size > file.byteLength) throw new Mp4Error('a picture is missing')
      samples.push({ offset, size, at: ticks / timescale, duration: duration / timescale, key: keys.has(index) })
      ticks += duration
    }
  }
  return { samples, timescale, codec: fourLetters(data, stsd.content + 12) }
}
