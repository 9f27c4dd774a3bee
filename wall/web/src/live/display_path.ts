export type DisplayPath = 'generator' | 'worker-track' | 'canvas' | 'segments' | 'none'

/** `?pictures=segments` in the address chooses the path of browsers without WebCodecs, to try it or to compare. */
const forced = new URLSearchParams(globalThis.location?.search ?? '').get('pictures') === 'segments'

/**
 * How this browser can show pictures. WebCodecs is missing on a page served neither by https nor from this machine:
 * then `segments` of MP4 for a MediaSource, slower but without a demand on the page.
 */
export function displayPath(): DisplayPath {
  if (forced || typeof VideoDecoder === 'undefined') return typeof MediaSource === 'undefined' ? 'none' : 'segments'
  if (typeof MediaStreamTrackGenerator !== 'undefined') return 'generator'
  // Safari has VideoTrackGenerator in workers only; it can be told from here by the processor beside it.
  if ('MediaStreamTrackProcessor' in globalThis || 'VideoTrackGenerator' in globalThis) return 'worker-track'
  return 'canvas'
}
