/** Fetches, decodes and draws vector tiles beside the page, so that a dense tile does not hold up the map. */
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { drawVectorTile } from './vector_drawing'
import type { FromVectorWorker, ToVectorWorker } from './vector_messages'

const MOST_KEPT = 24
const MOST_BYTES = 6 * 1024 * 1024
const decoded = new Map<string, Promise<VectorTile | null>>()

async function fetched(address: string): Promise<VectorTile | null> {
  const response = await fetch(address, { credentials: 'same-origin' })
  if (response.status === 204) return null
  if (!response.ok) throw new Error(`tile: ${response.status}`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length > MOST_BYTES) throw new Error('the tile is too large')
  return new VectorTile(new PbfReader(bytes))
}

/** Several squares of the map lie in one tile: it is fetched once. */
function tileAt(address: string): Promise<VectorTile | null> {
  const known = decoded.get(address)
  decoded.delete(address)
  const tile = known ?? fetched(address)
  decoded.set(address, tile)
  tile.catch(() => decoded.delete(address))
  for (const old of decoded.keys()) {
    if (decoded.size <= MOST_KEPT) break
    decoded.delete(old)
  }
  return tile
}

async function answer({ id, address, data, at, size, style }: ToVectorWorker): Promise<void> {
  const reply = (message: FromVectorWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer })
  try {
    const tile = await tileAt(address)
    const context = tile && new OffscreenCanvas(size, size).getContext('2d')
    if (!tile || !context) {
      reply({ id, image: null, labels: [], problem: tile ? 'no canvas' : null })
      return
    }
    const labels = drawVectorTile(context, tile, data, at, size, style)
    const image = context.canvas.transferToImageBitmap()
    reply({ id, image, labels, problem: null }, [image])
  } catch (problem) {
    // A tile that is none: pbf and vector-tile raise all kinds of errors.
    reply({ id, image: null, labels: [], problem: problem instanceof Error ? problem.message : String(problem) })
  }
}

self.onmessage = (event: MessageEvent<ToVectorWorker>) => void answer(event.data)
