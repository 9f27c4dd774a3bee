/**
 * The binary frames of `/api/v1/live` that tell where people are, big-endian:
 *
 *     u16 0 · u8 0 · u8 1 · u32 count · f64 now · columns: f64 worker · i32 lon · i32 lat (10⁻⁷°) · u16 age · u16 accuracy
 */
const HEADER_BYTES = 16
const ROW_BYTES = 20
const KIND = 1
const DIGITS = 12

/** Columns: one entry a person who has moved. */
export interface Positions {
  /** When it was told, by the server's clock, Unix seconds. */
  now: number
  /** As `numberOf` makes it of a worker's id. */
  who: Float64Array<ArrayBuffer>
  /** Degrees. */
  lon: Float64Array<ArrayBuffer>
  lat: Float64Array<ArrayBuffer>
  /** When measured, Unix seconds; metres. */
  at: Float64Array<ArrayBuffer>
  accuracy: Uint16Array<ArrayBuffer>
}

export function numberOf(workerId: string): number {
  return parseInt(workerId.slice(0, DIGITS), 16)
}

export function isPositions(frame: ArrayBuffer): boolean {
  return frame.byteLength >= HEADER_BYTES && new DataView(frame).getUint8(3) === KIND
}

/** Null where the frame is cut short. */
export function parsePositions(frame: ArrayBuffer): Positions | null {
  const view = new DataView(frame)
  const count = view.getUint32(4)
  if (frame.byteLength !== HEADER_BYTES + ROW_BYTES * count) return null
  const now = view.getFloat64(8)
  const found: Positions = {
    now,
    who: new Float64Array(count),
    lon: new Float64Array(count),
    lat: new Float64Array(count),
    at: new Float64Array(count),
    accuracy: new Uint16Array(count),
  }
  const [lons, lats] = [HEADER_BYTES + 8 * count, HEADER_BYTES + 12 * count]
  const [ages, accuracies] = [lats + 4 * count, lats + 6 * count]
  for (let i = 0; i < count; i++) {
    found.who[i] = view.getFloat64(HEADER_BYTES + 8 * i)
    found.lon[i] = view.getInt32(lons + 4 * i) / 1e7
    found.lat[i] = view.getInt32(lats + 4 * i) / 1e7
    found.at[i] = now - view.getUint16(ages + 2 * i)
    found.accuracy[i] = view.getUint16(accuracies + 2 * i)
  }
  return found
}

/** What can be handed from one thread to another without a copy. */
export function positionBuffers({ who, lon, lat, at, accuracy }: Positions): ArrayBuffer[] {
  return [who.buffer, lon.buffer, lat.buffer, at.buffer, accuracy.buffer]
}
