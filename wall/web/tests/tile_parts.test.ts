import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Case, Evidence, Moment } from '../src/api/types'
import { Announcer, ChangeBatch } from '../src/tile/announcer'
import { CaseMarker, type CaseForm } from '../src/tile/case_marker'
import { fileName, stamp } from '../src/tile/file_name'
import { boxBetween, boxByKey, footOf } from '../src/tile/marked_box'
import { menuCorner, menuStep } from '../src/tile/tile_menu'

const NOON = Date.UTC(2026, 10, 22, 4, 5, 6)

describe('file names', () => {
  it('tell the camera and the time in the town', () => {
    expect(stamp(NOON, 'Asia/Shanghai')).toBe('2026-11-22 12:05:06')
    expect(fileName('东街口北', NOON, 'Asia/Shanghai', 'mp4')).toBe('东街口北-20261122-120506.mp4')
  })

  const names: [string, string, string][] = [
    ['a path', '../../etc/passwd', '_.._etc_passwd'],
    ['what Windows forbids', 'a<b>:c|d?*"e', 'a_b_c_d_e'],
    ['a line end', 'a\nb', 'a_b'],
    ['nothing', '', 'camera'],
    ['forty characters', '长'.repeat(40), '长'.repeat(40)],
    ['two hundred', 'x'.repeat(200), 'x'.repeat(80)],
  ]
  it.each(names)('survive %s', (_case, name, expected) => {
    expect(fileName(name, NOON, 'UTC', 'jpg')).toBe(`${expected}-20261122-040506.jpg`)
  })
})

describe('announcements', () => {
  it('do not stay in the page: who heard a name may lose his right to it', () => {
    vi.useFakeTimers()
    const region = { dataset: {}, className: '', textContent: '', setAttribute: () => undefined }
    const page = { createElement: () => region, body: { append: () => undefined } }
    const announcer = new Announcer(page as unknown as Document)
    announcer.tell('东桥口', 'stopped', ({ names }) => `${names.join()} stopped`)
    vi.advanceTimersByTime(2_000)
    expect(region.textContent).toBe('东桥口 stopped')
    vi.advanceTimersByTime(6_000)
    announcer.say('saved')
    vi.advanceTimersByTime(6_000)
    expect(region.textContent).toBe('saved')
    vi.advanceTimersByTime(5_000)
    expect(region.textContent).toBe('')
    vi.useRealTimers()
  })

  it('gather, and drop what undid itself', () => {
    const batch = new ChangeBatch()
    batch.add('a', 'stopped')
    batch.add('b', 'stopped')
    batch.add('b', 'back')
    batch.add('c', 'back')
    expect(batch.take()).toEqual([
      { kind: 'stopped', names: ['a'] },
      { kind: 'back', names: ['c'] },
    ])
    expect(batch.take()).toEqual([])
  })

  it('say one thing for sixty-four tiles', () => {
    const batch = new ChangeBatch()
    for (let n = 0; n < 64; n++) batch.add(`camera ${n}`, 'stopped')
    expect(batch.take()).toHaveLength(1)
  })
})

describe('the box', () => {
  it('lies between two corners, whichever was first, within the picture', () => {
    expect(boxBetween({ x: 0.8, y: 0.9 }, { x: 0.3, y: -0.5 })).toEqual({ x: 0.3, y: 0, width: 0.5, height: 0.9 })
  })

  it('is none for a click', () => expect(boxBetween({ x: 0.5, y: 0.5 }, { x: 0.502, y: 0.9 })).toBeNull())

  it('stands on the middle of its lower edge', () => {
    expect(footOf({ x: 0.2, y: 0.1, width: 0.4, height: 0.5 })).toEqual({ x: expect.closeTo(0.4, 9), y: expect.closeTo(0.6, 9) })
  })

  it('moves and grows by keys and never leaves the picture', () => {
    let box = { x: 0.9, y: 0.5, width: 0.05, height: 0.1 }
    for (let n = 0; n < 40; n++) box = boxByKey(box, 'ArrowRight', n % 2 === 0) ?? box
    expect(box.x + box.width).toBeLessThanOrEqual(1 + 1e-9)
    expect(boxByKey(box, 'a', false)).toBeNull()
  })
})

describe('the menu', () => {
  const screen = { width: 1000, height: 600 }
  it.each([
    ['in the open', { x: 100, y: 100 }, { left: 100, top: 100 }],
    ['at the right edge', { x: 950, y: 100 }, { left: 750, top: 100 }],
    ['at the bottom', { x: 100, y: 590 }, { left: 100, top: 296 }],
  ])('stays in the window %s', (_name, at, corner) => expect(menuCorner(at, { width: 200, height: 300 }, screen)).toEqual(corner))

  it.each([
    ['down from the last', 4, 'ArrowDown', 0],
    ['up from the first', 0, 'ArrowUp', 4],
    ['up from nowhere', -1, 'ArrowUp', 3],
    ['to the end', 1, 'End', 4],
  ])('is walked %s', (_name, from, key, to) => expect(menuStep(from, key, 5)).toBe(to))

  it('of nothing leads nowhere', () => expect(menuStep(0, 'ArrowDown', 0)).toBeNull())
})

/** A server that refuses what is in `refusing`. */
class Server {
  readonly calls: string[] = []
  readonly refusing = new Set<string>()

  private answer<T>(call: string, value: unknown): Promise<T> {
    this.calls.push(call)
    return this.refusing.has(call) ? Promise.reject(new ApiError(503, 'x', `no ${call}`)) : Promise.resolve(value as T)
  }

  makeCase = (): Promise<Case> => this.answer('case', { id: 'c1', number: 'N-1' })
  addPicture = (): Promise<Evidence> => this.answer('picture', {})
  addClip = (): Promise<Evidence> => this.answer('clip', {})
}

describe('marking a case', () => {
  const form: CaseForm = { case_class: '05-01', level: 2, note: '', lon: 120, lat: 30, camera_id: 'a' }
  const picture = { content: new Blob(), caption: '' }
  const clip = { moment: {} as Moment, caption: '' }

  it('brings picture and clip to the case, in this order', async () => {
    const server = new Server()
    const marker = new CaseMarker(server, () => {})
    await marker.submit(form, picture, clip)
    expect(server.calls).toEqual(['case', 'picture', 'clip'])
    expect(marker.state).toMatchObject({ kind: 'done', picture: { kind: 'stored' }, clip: { kind: 'stored' } })
  })

  it('keeps the form when the case is refused', async () => {
    const server = new Server()
    server.refusing.add('case')
    const marker = new CaseMarker(server, () => {})
    await marker.submit(form, picture, clip)
    expect(server.calls).toEqual(['case'])
    expect(marker.state).toMatchObject({ kind: 'form', problem: { message: 'no case' } })
    server.refusing.clear()
    await marker.submit(form, picture, clip)
    expect(marker.state.kind).toBe('done')
  })

  it('never makes a second case for evidence that failed', async () => {
    const server = new Server()
    server.refusing.add('picture')
    const marker = new CaseMarker(server, () => {})
    await marker.submit(form, picture, clip)
    expect(marker.state).toMatchObject({ picture: { kind: 'failed', message: 'no picture' }, clip: { kind: 'stored' } })
    server.refusing.clear()
    await marker.store('picture', server.addPicture)
    await marker.submit(form, picture, clip)
    expect(marker.state).toMatchObject({ picture: { kind: 'stored' } })
    expect(server.calls.filter((call) => call === 'case')).toHaveLength(1)
  })

  it('is not sent twice by two presses', async () => {
    const server = new Server()
    const marker = new CaseMarker(server, () => {})
    await Promise.all([marker.submit(form, picture, null), marker.submit(form, picture, null)])
    expect(server.calls).toEqual(['case', 'picture'])
  })
})
