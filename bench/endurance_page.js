// Looks at every tile once a second: does a picture that stands still say so, and is it its own camera's?
(() => {
  const STALE_MS = 5000
  const seen = new WeakMap()
  const report = { looks: 0, unread: 0, wrong: [], unmarked: [], marked: 0 }

  const look = () => {
    for (const tile of document.querySelectorAll('article[data-camera]')) {
      const video = tile.querySelector('video')
      if (!video || video.videoWidth === 0 || tile.dataset.state === 'opening') continue
      const found = window.__bench.read(video)
      report.looks++
      if (found === null) {
        report.unread++
        continue
      }
      const camera = tile.dataset.camera
      if (found.clip !== window.__bench.clipOf(camera)) report.wrong.push([camera, found.clip, tile.dataset.state])
      const now = performance.now()
      const before = seen.get(tile)
      if (!before || before.frame !== found.frame) {
        seen.set(tile, { frame: found.frame, since: now })
      } else if (tile.dataset.state !== 'live') {
        report.marked++
        // The mark goes when pictures come again, a moment before the first of them is on the screen.
        before.since = now
      } else if (now - before.since > STALE_MS + 1000) {
        // One look may fall just before the mark and the next is a second later.
        report.unmarked.push([camera, Math.round(now - before.since)])
      }
    }
  }

  setInterval(look, 1000)
  window.__endurance = { report: () => ({ ...report, heap: performance.memory?.usedJSHeapSize ?? 0 }) }
})()
