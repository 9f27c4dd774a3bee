/**
 * The binary frames of `/api/v1/live`: a batch of access units, big-endian, repeated to the end of the frame:
 *
 *     u16 stream · u8 flags · u8 0 · u32 payload length · u64 pts µs · u64 received µs (Unix) · payload (Annex B)
 */
export const HEADER_BYTES = 24

export interface WireUnit {
  stream: number
  keyFrame: boolean
  /** Sent to bring a new viewer up to date: decode it, show only the newest. */
  catchUp: boolean
  /** Units before this one were lost. */
  discontinuity: boolean
  ptsUs: number
  /** When the server had the whole unit, Unix µs. */
  receivedUs: number
  /** A view into the frame's buffer, not a copy. */
  payload: Uint8Array
}

export class WireError extends Error {
  override name = 'WireError'
}

function u64(view: DataView, at: number): number {
  // Unix µs need 51 bits: exact in a double.
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
}

/** Yields the units of one frame in order. Throws `WireError` where the frame is cut short. */
export function* parseBatch(buffer: ArrayBuffer): Generator<WireUnit> {
  const view = new DataView(buffer)
  let at = 0
  while (at < buffer.byteLength) {
    if (buffer.byteLength - at < HEADER_BYTES) throw new WireError(`header cut short at byte ${at}`)
    const flags = view.getUint8(at + 2)
    const length = view.getUint32(at + 4)
    const start = at + HEADER_BYTES
    if (buffer.byteLength - start < length) {
      throw new WireError(`unit at byte ${at} says ${length} bytes, ${buffer.byteLength - start} left`)
    }
    yield {
      stream: view.getUint16(at),
      keyFrame: (flags & 1) !== 0,
      catchUp: (flags & 2) !== 0,
      discontinuity: (flags & 4) !== 0,
      ptsUs: u64(view, at + 8),
      receivedUs: u64(view, at + 16),
      payload: new Uint8Array(buffer, start, length),
    }
    at = start + length
  }
}
