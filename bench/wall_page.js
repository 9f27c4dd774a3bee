// Runs in the page under measurement: reads the time code back from what its tiles really show.
// Installed with what `bench.wall` knows of the cameras: { due, clips, shape }.
(() => {
  const CELL = 16
  const AT_ONCE = 8
  const canvas = document.createElement('canvas')
  let context = null
  let known = null

  const setUp = (cameras) => {
    known = cameras
    canvas.width = CELL * cameras.shape.cells
    canvas.height = CELL
    context ??= canvas.getContext('2d', { willReadFrequently: true })
  }

  // { clip, frame } of the picture in a video element, or null where the code does not read.
  const read = (video) => {
    const { clipBits, frameBits, checkBits, cells } = known.shape
    const scale = video.videoWidth / known.shape.width
    context.drawImage(video, 0, 0, canvas.width * scale, CELL * scale, 0, 0, canvas.width, CELL)
    const { data } = context.getImageData(0, CELL / 2, canvas.width, 1)
    let bits = 0
    for (let cell = 0; cell < cells; cell++) bits = bits * 2 + (data[(cell * CELL + CELL / 2) * 4 + 1] > 128 ? 1 : 0)
    const check = bits & ((1 << checkBits) - 1)
    const frame = (bits >>> checkBits) & ((1 << frameBits) - 1)
    const clip = bits >>> (checkBits + frameBits) & ((1 << clipBits) - 1)
    return check === ((clip * 7 + frame * 13 + 29) & 0xff) ? { clip, frame } : null
  }

  // Ms since the picture with this number was sent; the loop is `frames` long, so up to one loop.
  const ageOf = (camera, frame, at) => {
    const [due, next] = known.due[camera]
    const { frames, fps } = known.shape
    const loop = (frames * 1000) / fps
    const sent = due * 1000 + ((frame - next) * 1000) / fps
    return (((at - sent) % loop) + loop) % loop
  }

  const now = () => performance.timeOrigin + performance.now()
  const tiles = () => [...document.querySelectorAll('article[data-camera]')].filter((tile) => tile.querySelector('video'))

  // Reading costs as much as showing: a few tiles at a time, all of them in turn.
  let turn = 0
  const some = () => {
    const all = tiles()
    return Array.from({ length: Math.min(AT_ONCE, all.length) }, () => all[turn++ % all.length])
  }

  // One reading of some tiles at their next picture: [camera, age ms | null, wrong camera].
  const sample = (patience) =>
    Promise.all(
      some().map(
        (tile) =>
          new Promise((resolve) => {
            const camera = tile.dataset.camera
            const video = tile.querySelector('video')
            const timer = setTimeout(() => resolve([camera, null, false]), patience)
            video.requestVideoFrameCallback(() => {
              clearTimeout(timer)
              const found = read(video)
              const at = now()
              resolve([camera, found && ageOf(camera, found.frame, at), found !== null && found.clip !== known.clips[camera]])
            })
          }),
      ),
    )

  // Chooses a camera and waits for its pictures: { first, live } in ms; live: its age is back under `liveAge` ms.
  const choose = (camera, liveAge, patience) =>
    new Promise((resolve) => {
      const began = performance.now()
      const result = { first: null, live: null }
      window.__gridwatch.show(camera)
      const look = (video) => {
        const took = performance.now() - began
        const found = read(video)
        if (found !== null && found.clip === known.clips[camera]) {
          result.first ??= took
          if (ageOf(camera, found.frame, now()) <= liveAge) result.live = took
        }
        if (result.live !== null || took > patience) resolve(result)
        // An element just made may call with its first picture before it can be read.
        else if (found === null) requestAnimationFrame(() => look(video))
        else video.requestVideoFrameCallback(() => look(video))
      }
      const find = () => {
        const video = document.querySelector(`article[data-camera="${camera}"] video`)
        if (video) video.requestVideoFrameCallback(() => look(video))
        else if (performance.now() - began < patience) requestAnimationFrame(find)
        else resolve(result)
      }
      setTimeout(() => resolve(result), patience + 1000)
      find()
    })

  window.__bench = { setUp, sample, choose, read, ageOf, clipOf: (camera) => known.clips[camera] }
})()
