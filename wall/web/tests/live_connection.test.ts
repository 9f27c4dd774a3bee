import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveConnection, type StreamListener } from '../src/live/live_connection'
import { NO_SINK, type FromWorker, type StreamNews, type ToWorker } from '../src/live/messages'

/** Keeps what it is told, and says what the test wants. */
class Worker {
  static last: Worker
  told: ToWorker[] = []
  onmessage: (event: { data: FromWorker }) => void = () => {}
  constructor() {
    Worker.last = this
  }
  postMessage(message: ToWorker): void {
    this.told.push(message)
  }
  say(data: FromWorker): void {
    this.onmessage({ data })
  }
  terminate(): void {}
}

const NEWS: StreamNews = { state: 'live', width: 640, height: 360, reason: '', profile: 'sub', transcoded: false, instead: '' }

function listener() {
  const heard: string[] = []
  const made: StreamListener = {
    onStream: ({ state }) => heard.push(state),
    onPreview: () => heard.push('preview'),
    onFirstFrame: () => heard.push('first frame'),
    onUnplayable: (codec) => heard.push(codec),
    onStats: () => heard.push('stats'),
  }
  return { heard, made }
}

const about = (type: ToWorker['type']) => Worker.last.told.filter((message) => message.type === type)

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(globalThis, { Worker, VideoDecoder: class {}, MediaStreamTrackGenerator: class {} })
})
afterEach(() => {
  vi.useRealTimers()
  for (const name of ['Worker', 'VideoDecoder', 'MediaStreamTrackGenerator']) Reflect.deleteProperty(globalThis, name)
})

describe('a stream asked for ahead of its tile', () => {
  it('is taken over by the tile, which hears what it has missed', async () => {
    const connection = new LiveConnection('ws://x/')
    connection.expect('cam')
    connection.expect('cam')
    expect(about('open')).toEqual([{ type: 'open', stream: 1, sink: NO_SINK, camera: 'cam', profile: 'sub' }])
    Worker.last.say({ type: 'stream', stream: 1, ...NEWS })
    Worker.last.say({ type: 'first-frame', stream: 1 })
    const { heard, made } = listener()
    expect(connection.open('cam', 'sub', 7, made)).toBe(1)
    expect([heard, about('attach')]).toEqual([[], [{ type: 'attach', stream: 1, sink: 7 }]])
    await Promise.resolve()
    expect(heard).toEqual(['live', 'first frame'])
    vi.advanceTimersByTime(10_000)
    expect(about('close')).toEqual([])
  })

  it('tells nothing to a tile that has gone in the same breath', async () => {
    const connection = new LiveConnection('ws://x/')
    connection.expect('cam')
    Worker.last.say({ type: 'preview', stream: 1 })
    const { heard, made } = listener()
    connection.close(connection.open('cam', 'sub', 7, made))
    await Promise.resolve()
    expect(heard).toEqual([])
  })

  it('is closed when no tile comes for it', () => {
    const connection = new LiveConnection('ws://x/')
    connection.expect('cam')
    vi.advanceTimersByTime(2_000)
    expect(about('close')).toEqual([{ type: 'close', stream: 1 }])
    connection.open('cam', 'sub', 7, listener().made)
    expect(about('open')).toHaveLength(2)
  })

  it('is not that of the main stream', () => {
    const connection = new LiveConnection('ws://x/')
    connection.expect('cam')
    connection.open('cam', 'main', 7, listener().made)
    expect(about('attach')).toEqual([])
  })
})

describe('a dome over the live connection', () => {
  it('is turned by messages to the worker, and its refusals come back', () => {
    const connection = new LiveConnection('ws://x/')
    connection.watchPtz(true)
    connection.steer('dome', { pan: 0.5, tilt: 0, zoom: -1 })
    expect(about('watch-ptz')).toEqual([{ type: 'watch-ptz', on: true }])
    expect(about('ptz')).toEqual([{ type: 'ptz', camera: 'dome', pan: 0.5, tilt: 0, zoom: -1 }])
    const heard: string[] = []
    connection.onPtzRefused = ({ camera, code }) => heard.push(`${camera} ${code}`)
    Worker.last.say({ type: 'ptz-refused', camera: 'dome', code: 'locked', message: { zh: '占用', en: 'held' } })
    expect(heard).toEqual(['dome locked'])
  })
})
