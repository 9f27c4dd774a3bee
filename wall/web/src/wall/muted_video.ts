/** A `<video>` the browser may start by itself: no sound, no full screen on phones, no window of its own. */
export function mutedVideo(): HTMLVideoElement {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.disablePictureInPicture = true
  return video
}
