// A page of plain videos, each with a connection of its own to a mount point of Janus's streaming plugin.
(() => {
  const word = () => Math.random().toString(36).slice(2)
  const connections = []

  const post = async (url, body) => {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ ...body, transaction: word() }) })
    return answer.json()
  }

  const play = async (session, handle, offer) => {
    const connection = new RTCPeerConnection()
    const video = document.createElement('video')
    Object.assign(video, { muted: true, autoplay: true, playsInline: true })
    video.style.cssText = 'width:12.5%;height:20vh;object-fit:fill'
    document.body.append(video)
    connections.push(connection)
    connection.ontrack = (event) => {
      video.srcObject = new MediaStream([event.track])
    }
    await connection.setRemoteDescription(offer)
    await connection.setLocalDescription(await connection.createAnswer())
    await new Promise((resolve) => {
      const done = () => connection.iceGatheringState === 'complete' && resolve()
      connection.onicegatheringstatechange = done
      done()
    })
    const { type, sdp } = connection.localDescription
    await post(`${session}/${handle}`, { janus: 'message', body: { request: 'start' }, jsep: { type, sdp } })
  }

  const listen = async (session) => {
    for (;;) {
      const events = await (await fetch(`${session}?maxev=10`)).json()
      for (const event of [events].flat()) {
        if (event.jsep) play(session, event.sender, event.jsep)
      }
    }
  }

  const watch = async (url, tiles) => {
    document.body.innerHTML = ''
    const session = `${url}/${(await post(url, { janus: 'create' })).data.id}`
    listen(session)
    for (let id = 1; id <= tiles; id++) {
      const handle = (await post(session, { janus: 'attach', plugin: 'janus.plugin.streaming' })).data.id
      await post(`${session}/${handle}`, { janus: 'message', body: { request: 'watch', id } })
    }
  }

  // Packets each connection has received. What the browser then manages to decode is not Janus's cost.
  const received = () =>
    Promise.all(
      connections.map(async (connection) => {
        const rows = [...(await connection.getStats()).values()].filter((row) => row.type === 'inbound-rtp')
        return rows.reduce((sum, row) => sum + row.packetsReceived, 0)
      }),
    )
  window.__janus = { watch, received }
})()
