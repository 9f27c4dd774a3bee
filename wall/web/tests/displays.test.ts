import { describe, expect, it } from 'vitest'
import { ApiClient, ApiError } from '../src/api/client'
import { browserName } from '../src/display/browser_name'
import { countTiles, SlowestTile } from '../src/display/display_health'
import { DisplaySession, type DisplayState } from '../src/display/display_session'
import { layoutFor, pageAlone } from '../src/display/page_alone'
import { pathAround, scaleLength } from '../src/display/place_map'
import type { DebugTile } from '../src/wall/tile_registry'

const tile = (camera: string, state: string, shown: number, index = 0): DebugTile => ({ tile: index, camera, state, shown }) as unknown as DebugTile

describe('health', () => {
  it('counts tiles in sight by state', () => {
    const tiles = [tile('a', 'live', 1), tile('b', 'live', 1), tile('c', 'stale', 1), tile('d', 'live', 1, -1), tile('e', 'paused', 0)]
    expect(countTiles(tiles)).toEqual({ live: 2, opening: 0, stale: 1, ended: 0, unplayable: 0 })
  })

  it('reports the slowest live tile', () => {
    const slowest = new SlowestTile()
    expect(slowest.look([tile('a', 'live', 10), tile('b', 'live', 10)], 1_000)).toBe(0)
    expect(slowest.look([tile('a', 'live', 85), tile('b', 'live', 40), tile('c', 'live', 3)], 6_000)).toBe(6)
    expect(slowest.look([tile('b', 'stale', 40)], 11_000)).toBe(0)
  })
})

/** Timers by hand and a server of a few words. */
class Setting {
  readonly asked: string[] = []
  readonly states: DisplayState['kind'][] = []
  reloads = 0
  answers: Record<string, () => unknown> = {}
  private waiting: { run: () => void; ms: number }[] = []
  readonly session: DisplaySession

  constructor() {
    const api = {
      onUnauthorised: (): void => {},
      call: async (method: string, path: string): Promise<unknown> => {
        this.asked.push(`${method} ${path}`)
        const answer = this.answers[`${method} ${path}`]
        if (!answer) throw new ApiError(0, 'network', 'no server')
        return answer()
      },
    }
    this.session = new DisplaySession(api as unknown as ApiClient, {
      screen: () => '1x1',
      reload: () => this.reloads++,
      later: (run, ms) => {
        const one = { run, ms }
        this.waiting.push(one)
        return () => (this.waiting = this.waiting.filter((other) => other !== one))
      },
    })
    this.session.health = (version) => ({ fps: 1, tiles: countTiles([]), screen: '1x1', uptime_s: 1, version })
    this.session.onState = (state) => this.states.push(state.kind)
  }

  /** Lets every timer of that length run that is waiting now. */
  async pass(ms: number): Promise<void> {
    const due = this.waiting.filter((one) => one.ms === ms)
    this.waiting = this.waiting.filter((one) => one.ms !== ms)
    due.forEach(({ run }) => run())
    await settle()
  }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve()
}

const refused = (status: number) => (): never => {
  throw new ApiError(status, 'x', 'x')
}
const instructions = (version: number) => () => ({ id: 'd', name: 'D', area: 't', area_name: 'T', version, see: { kind: 'blank', why: '' } })

describe('a display', () => {
  it('shows a code, and what it is told once the code was typed', async () => {
    const at = new Setting()
    at.answers = {
      'GET /display': refused(401),
      'POST /display/pairing': () => ({ code: 'ABC234', expires_at: 9 }),
      'POST /display/pairing/poll': () => ({ state: 'waiting' }),
    }
    at.session.start()
    await settle()
    expect(at.session.state).toEqual({ kind: 'pairing', code: 'ABC234', expiresAt: 9 })
    await at.pass(2_000)
    at.answers['POST /display/pairing/poll'] = () => ({ state: 'paired' })
    at.answers['GET /display'] = instructions(1)
    await at.pass(2_000)
    expect(at.session.state.kind).toBe('showing')
  })

  it('asks for another code when its own has run out', async () => {
    const at = new Setting()
    let codes = 0
    at.answers = {
      'GET /display': refused(404),
      'POST /display/pairing': () => ({ code: `AAAAA${++codes}`, expires_at: 9 }),
      'POST /display/pairing/poll': () => ({ state: 'expired' }),
    }
    at.session.start()
    await settle()
    await at.pass(2_000)
    expect(at.session.state).toMatchObject({ code: 'AAAAA2' })
  })

  it('waits for a server for ever', async () => {
    const at = new Setting()
    at.session.start()
    await settle()
    for (let n = 0; n < 50; n++) await at.pass(3_000)
    expect(at.asked.filter((word) => word === 'GET /display')).toHaveLength(51)
    at.answers['GET /display'] = instructions(1)
    await at.pass(3_000)
    expect(at.session.state.kind).toBe('showing')
  })

  const showing = async (): Promise<Setting> => {
    const at = new Setting()
    at.answers = { 'GET /display': instructions(1), 'POST /display/report': () => ({ version: 1, ui: 'a' }) }
    at.session.start()
    await settle()
    return at
  }

  it('learns from its report what it missed', async () => {
    const at = await showing()
    at.answers['GET /display'] = instructions(7)
    at.answers['POST /display/report'] = () => ({ version: 7, ui: 'a' })
    await at.pass(5_000)
    expect(at.session.state).toMatchObject({ instructions: { version: 7 } })
  })

  it('does not go back to an older answer that came late', async () => {
    const at = await showing()
    at.answers['GET /display'] = instructions(5)
    at.session.refresh()
    await settle()
    at.answers['GET /display'] = instructions(4)
    at.session.refresh()
    await settle()
    expect(at.session.state).toMatchObject({ instructions: { version: 5 } })
  })

  it('loads itself anew once the web UI is another, and not before', async () => {
    const at = await showing()
    await at.pass(5_000)
    expect(at.reloads).toBe(0)
    at.answers['POST /display/report'] = () => ({ version: 1, ui: '' })
    await at.pass(5_000)
    expect(at.reloads).toBe(0)
    at.answers['POST /display/report'] = () => ({ version: 1, ui: 'b' })
    await at.pass(5_000)
    expect(at.reloads).toBe(1)
  })

  it('keeps what it shows while the server is away', async () => {
    const at = await showing()
    at.answers = {}
    for (let n = 0; n < 20; n++) await at.pass(5_000)
    await at.pass(60_000)
    expect(at.session.state.kind).toBe('showing')
  })

  it('asks to be paired again when it was un-paired', async () => {
    const at = await showing()
    at.answers = { 'POST /display/pairing': () => ({ code: 'ABC234', expires_at: 9 }) }
    at.session.leave()
    await settle()
    expect(at.session.state.kind).toBe('pairing')
    const asked = at.asked.length
    await at.pass(5_000)
    await at.pass(60_000)
    expect(at.asked).toHaveLength(asked)
  })
})

describe('what is put on a display', () => {
  const rows: [number, string][] = [[1, '1'], [2, '4'], [5, '9'], [37, '40'], [41, '64'], [65, '64']]
  it.each(rows)('%i cameras lie in %s', (count, layout) => expect(layoutFor(count)).toBe(layout))

  it('is the page of the wall on view', () => {
    const wall = { layout: '4', cameras: ['a', 'b', 'c', 'd', 'e', null, 'g'] }
    expect(pageAlone(wall, 0).cameras).toEqual(['a', 'b', 'c', 'd'])
    expect(pageAlone(wall, 1).cameras).toEqual(['e', null, 'g'])
  })
})

describe('browsers by name', () => {
  const rows: [string, string][] = [
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chromium 140, Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0', 'Edge 139, Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox 130, Linux'],
    ['Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/94.0.4606.128 Safari/537.36', 'Chromium 94, webOS'],
    ['curl/8.0', 'curl/8.0'],
    ['', '?'],
  ]
  it.each(rows)('%s', (agent, name) => expect(browserName(agent)).toBe(name))
})

describe('the map of a place', () => {
  const line = (...coordinates: number[][]) => ({ type: 'Feature' as const, properties: {}, geometry: { type: 'LineString' as const, coordinates } })
  const around = { lon: 120, lat: 0, reach: 100 }

  it('is in metres from it, north up', () => {
    expect(pathAround([line([120, 0], [120.0005, 0.0005])], around)).toBe('M0.0 0.0L55.7 -55.7')
  })

  it('leaves out what does not come into view, and keeps what crosses it', () => {
    expect(pathAround([line([120.002, 0], [120.003, 0])], around)).toBe('')
    expect(pathAround([line([119.99, 0], [120.01, 0])], around)).not.toBe('')
  })

  it('has a round scale', () => expect([60, 220, 900].map(scaleLength)).toEqual([20, 100, 500]))
})
