import { describe, expect, it } from 'vitest'
import { pagesOfStep, PATIENCE_S, TourPlayer, WARM_S, type Tour, type TourStep, type TourView } from '../src/tours/tour_player'

const step = (layout: string, cameras: (string | null)[], dwell_s = 10): TourStep => ({ layout, cameras, dwell_s })
const tourOf = (...steps: TourStep[]): Tour => ({ id: 't', name: 'round', area: null, steps, version: 1 })

/** A player whose time passes when told to. */
class Ride {
  now = 0
  down = new Set<string>()
  unready = new Set<string>()
  views: TourView[] = []
  readonly player: TourPlayer
  private each = (): void => {}

  constructor(tour: Tour) {
    this.player = new TourPlayer(tour, (id) => !this.down.has(id), () => this.now, {
      ready: (id) => !this.unready.has(id),
      beat: (each) => {
        this.each = each
        return () => (this.each = () => {})
      },
    })
    this.player.onChange = (view) => this.views.push(view)
    this.player.start()
  }

  pass(seconds: number): void {
    for (let n = 0; n < seconds * 10; n++) {
      this.now += 100
      this.each()
    }
  }

  get view(): TourView {
    const last = this.views.at(-1)
    if (!last) throw new Error('nothing was shown')
    return last
  }

  get cameras(): readonly (string | null)[] {
    return this.view.arrangement.cameras
  }
}

describe('the pages of a step', () => {
  it.each([
    ['one that fits keeps places', step('4', ['a', null, 'c']), [], [['a', null, 'c']]],
    ['one that fits leaves the place of a camera that is down empty', step('4', ['a', 'b', 'c']), ['b'], [['a', null, 'c']]],
    ['a larger group comes in turns', step('4', ['a', 'b', 'c', 'd', 'e', 'f']), [], [['a', 'b', 'c', 'd'], ['e', 'f']]],
    ['in a larger group the next takes the place of one that is down', step('4', ['a', 'b', 'c', 'd', 'e']), ['b'], [['a', 'c', 'd', 'e']]],
    ['with all down there is none', step('4', ['a', 'b']), ['a', 'b'], []],
    ['nor in a large group', step('1', ['a', 'b']), ['a', 'b'], []],
  ])('%s', (_, given, down, expected) => {
    expect(pagesOfStep(given, (id) => !down.includes(id))).toEqual(expected)
  })
})

describe('a tour', () => {
  it('shows each page for its time, round and round', () => {
    const ride = new Ride(tourOf(step('1', ['a', 'b'], 10), step('4', ['c', 'd'], 20)))
    const seen: string[] = []
    for (let n = 0; n < 6; n++) {
      seen.push(`${ride.view.step}/${ride.view.page} ${ride.cameras.join('')}`)
      ride.pass(10)
    }
    expect(seen).toEqual(['0/0 a', '0/1 b', '1/0 cd', '1/0 cd', '0/0 a', '0/1 b'])
  })

  it('names what comes next some seconds ahead, and only what is not on view', () => {
    const ride = new Ride(tourOf(step('4', ['a', 'b']), step('4', ['b', 'c'])))
    ride.pass(10 - WARM_S - 0.5)
    expect(ride.view.warm).toEqual([])
    ride.pass(1)
    expect(ride.view.warm).toEqual(['c'])
    ride.pass(WARM_S)
    expect(ride.cameras).toEqual(['b', 'c'])
    expect(ride.view.warm).toEqual([])
  })

  it('says the seconds that remain, once for each', () => {
    const ride = new Ride(tourOf(step('1', ['a'], 5), step('1', ['b'], 5)))
    ride.pass(4.9)
    expect(ride.views.map(({ remaining_s }) => Math.ceil(remaining_s))).toEqual([5, 4, 3, 2, 1])
  })

  it('pauses with its time, and goes on with it', () => {
    const ride = new Ride(tourOf(step('1', ['a']), step('1', ['b'])))
    ride.pass(4)
    ride.player.pause()
    ride.pass(100)
    expect(ride.view).toMatchObject({ step: 0, paused: true, remaining_s: 6, warm: [] })
    ride.player.resume()
    ride.pass(5.8)
    expect(ride.view.step).toBe(0)
    ride.pass(0.3)
    expect(ride.view.step).toBe(1)
  })

  it('goes on and back by hand, also while paused', () => {
    const ride = new Ride(tourOf(step('1', ['a', 'b']), step('1', ['c'])))
    ride.player.pause()
    ride.player.next()
    expect(ride.cameras).toEqual(['b'])
    ride.player.next()
    expect(ride.cameras).toEqual(['c'])
    ride.player.previous()
    expect(ride.cameras).toEqual(['b'])
    ride.player.previous()
    ride.player.previous()
    expect(ride.cameras).toEqual(['c'])
    expect(ride.view.paused).toBe(true)
  })

  it('passes over a step whose cameras are all down, and comes back to it when they are up', () => {
    const ride = new Ride(tourOf(step('1', ['a']), step('1', ['b']), step('1', ['c'])))
    ride.down.add('b')
    ride.pass(10)
    expect(ride.cameras).toEqual(['c'])
    ride.down.delete('b')
    ride.pass(20)
    expect(ride.cameras).toEqual(['b'])
  })

  it('begins with a step that has something to show', () => {
    const tour = tourOf(step('1', ['a']), step('1', ['b']))
    const player = new TourPlayer(tour, (id) => id !== 'a', () => 0, { ready: () => true, beat: () => () => {} })
    const seen: (string | null)[] = []
    player.onChange = ({ arrangement }) => seen.push(...arrangement.cameras)
    player.start()
    expect(seen).toEqual(['b'])
  })

  it('with every camera down stands still, and goes on when one comes back', () => {
    const ride = new Ride(tourOf(step('1', ['a']), step('1', ['b'])))
    ride.down = new Set(['a', 'b'])
    ride.pass(60)
    expect(ride.cameras).toEqual(['a'])
    ride.down.delete('b')
    ride.pass(0.2)
    expect(ride.cameras).toEqual(['b'])
  })

  it('waits for pictures that are not there yet, but not for ever', () => {
    const ride = new Ride(tourOf(step('1', ['a']), step('1', ['b'])))
    ride.unready.add('b')
    ride.pass(10 + PATIENCE_S - 0.5)
    expect(ride.cameras).toEqual(['a'])
    ride.pass(1)
    expect(ride.cameras).toEqual(['b'])
  })

  it('asked for the next page makes it ready first', () => {
    const ride = new Ride(tourOf(step('1', ['a']), step('1', ['b'])))
    ride.unready.add('b')
    ride.player.next()
    expect(ride.cameras).toEqual(['a'])
    expect(ride.view.warm).toEqual(['b'])
    ride.unready.clear()
    ride.pass(0.1)
    expect(ride.cameras).toEqual(['b'])
    expect(ride.view.remaining_s).toBe(10)
  })

  it('says nothing more once stopped', () => {
    const ride = new Ride(tourOf(step('1', ['a']), step('1', ['b'])))
    ride.player.stop()
    const said = ride.views.length
    ride.pass(60)
    expect(ride.views).toHaveLength(said)
  })
})
