/// <reference types="vite/client" />
declare module '@fontsource-variable/noto-sans-sc'

// Chromium's breakout-box interfaces (W3C mediacapture-transform); not in TypeScript's DOM library.
interface MediaStreamTrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>
}
declare const MediaStreamTrackGenerator:
  | { new (init: { kind: 'video' }): MediaStreamTrackGenerator }
  | undefined

interface VideoTrackGenerator {
  readonly writable: WritableStream<VideoFrame>
  readonly track: MediaStreamTrack
}
declare const VideoTrackGenerator: { new (): VideoTrackGenerator } | undefined
