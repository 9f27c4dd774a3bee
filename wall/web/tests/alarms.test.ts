import { describe, expect, it } from 'vitest'
import { AlarmFold, type FoldableAlarm, type FoldLine } from '../src/alarms/alarm_fold'
import { borrow, lend, type TileWish } from '../src/alarms/alarm_tiles'

const MINUTE = 60_000

class Turned {
  now = 1_000_000
  readonly fold = new AlarmFold<FoldableAlarm>(() => this.now)
  private made = 0

  /** Raises alarms; answers their ids. */
  raise(count: number, grid: string | null, level = 2, area = 'east', everyMs = 0): string[] {
    return Array.from({ length: count }, () => {
      const id = `a${this.made++}`
      this.fold.add({ id, level, grid, area })
      this.now += everyMs
      return id
    })
  }
}

const singles = (lines: FoldLine<FoldableAlarm>[]): FoldableAlarm[] => lines.flatMap((line) => (line.kind === 'single' ? [line.alarm] : []))
const groups = (lines: FoldLine<FoldableAlarm>[]): [string | null, number][] =>
  lines.flatMap((line) => (line.kind === 'group' ? [[line.place, line.alarms.length] as [string | null, number]] : []))
const all = (lines: FoldLine<FoldableAlarm>[]): string[] =>
  lines.flatMap((line) => (line.kind === 'single' ? [line.alarm.id] : line.alarms.map(({ id }) => id))).sort()

describe('folding', () => {
  it('lets an acknowledged alarm stand again when it is raised again', () => {
    const turned = new Turned()
    const [first = ''] = turned.raise(2, 'g1')
    turned.fold.remove(first)
    expect(all(turned.fold.lines())).not.toContain(first)
    expect(turned.fold.add({ id: first, level: 2, grid: 'g1', area: 'east' })).toBe(true)
    expect(singles(turned.fold.lines()).map(({ id }) => id)).toContain(first)
  })

  const rows: { name: string; raise: (t: Turned) => void; single: number; grouped: [string | null, number][] }[] = [
    { name: 'one', raise: (t) => t.raise(1, 'g1'), single: 1, grouped: [] },
    { name: 'ten of one place', raise: (t) => t.raise(10, 'g1'), single: 10, grouped: [] },
    { name: 'eleven of one place', raise: (t) => t.raise(11, 'g1'), single: 9, grouped: [['g1', 2]] },
    {
      name: 'two hundred in a minute from three places',
      raise: (t) => {
        for (let n = 0; n < 200; n++) t.raise(1, `g${n % 3}`, 2, 'east', 300)
      },
      single: 7,
      grouped: [['g0', 64], ['g1', 65], ['g2', 64]],
    },
    {
      name: 'thirty places of two areas: by area',
      raise: (t) => {
        for (let n = 0; n < 30; n++) t.raise(1, `g${n}`, 2, n % 2 ? 'east' : 'west')
      },
      single: 8,
      grouped: [['west', 11], ['east', 11]],
    },
    {
      name: 'sixty areas: everything else in one',
      raise: (t) => {
        for (let n = 0; n < 60; n++) t.raise(1, null, 2, `v${n}`)
      },
      single: 9,
      grouped: [[null, 51]],
    },
    { name: 'without a grid, by area', raise: (t) => t.raise(20, null), single: 9, grouped: [['east', 11]] },
    {
      name: 'an hour of one a minute',
      raise: (t) => t.raise(60, 'g1', 2, 'east', MINUTE),
      single: 60,
      grouped: [],
    },
  ]
  it.each(rows)('$name', ({ raise, single, grouped }) => {
    const turned = new Turned()
    raise(turned)
    const lines = turned.fold.lines()
    expect(singles(lines)).toHaveLength(single)
    expect(new Map(groups(lines))).toEqual(new Map(grouped))
  })

  it('never shows more than ten lines of ten minutes, and loses nothing', () => {
    const turned = new Turned()
    const ids: string[] = []
    for (let n = 0; n < 500; n++) {
      ids.push(...turned.raise(1, `g${(n * 7) % 23}`, 1 + ((n * 5) % 4), `v${(n * 7) % 5}`, 200))
      expect(turned.fold.lines().length).toBeLessThanOrEqual(10)
    }
    expect(all(turned.fold.lines())).toEqual(ids.sort())
  })

  it('shows at most ten singly in ten minutes though each is acknowledged at once', () => {
    const turned = new Turned()
    let shown = 0
    for (let n = 0; n < 30; n++) {
      const [id] = turned.raise(1, 'g1', 2, 'east', 1_000)
      if (!id) continue
      const before = singles(turned.fold.lines()).some((alarm) => alarm.id === id)
      if (before) shown++
      turned.fold.remove(id)
    }
    expect(shown).toBe(10)
  })

  it('begins anew when the ten minutes are over', () => {
    const turned = new Turned()
    for (const id of turned.raise(30, 'g1')) turned.fold.remove(id)
    turned.now += 10 * MINUTE + 1
    turned.raise(10, 'g1')
    expect(singles(turned.fold.lines())).toHaveLength(10)
  })

  it('lets a higher level through and pushes a lower one into its group', () => {
    const turned = new Turned()
    turned.raise(40, 'g1', 2)
    const [high] = turned.raise(1, 'g9', 4, 'west')
    const lines = turned.fold.lines()
    expect(lines[0]).toMatchObject({ kind: 'single', alarm: { id: high } })
    expect(lines).toHaveLength(10)
    expect(groups(lines)).toEqual([['g1', 32]])
  })

  it('keeps the higher levels single in a flood of lower ones', () => {
    const turned = new Turned()
    const high = turned.raise(4, 'g1', 4)
    turned.raise(200, 'g1', 1)
    const shown = new Set(singles(turned.fold.lines()).map(({ id }) => id))
    expect(high.every((id) => shown.has(id))).toBe(true)
  })

  it('does not unfold what was folded', () => {
    const turned = new Turned()
    const ids = turned.raise(20, 'g1')
    const folded = new Set(ids.filter((id) => !singles(turned.fold.lines()).some((alarm) => alarm.id === id)))
    for (const id of ids.slice(0, 5)) turned.fold.remove(id)
    turned.now += 11 * MINUTE
    turned.raise(1, 'g2')
    expect(singles(turned.fold.lines()).filter(({ id }) => folded.has(id))).toEqual([])
  })

  it('brings one that is there up to date, in its place', () => {
    const turned = new Turned()
    turned.raise(2, 'g1')
    turned.fold.add({ id: 'a0', level: 2, grid: 'g7', area: 'east' })
    expect(singles(turned.fold.lines()).map(({ id, grid }) => [id, grid])).toEqual([['a0', 'g7'], ['a1', 'g1']])
  })
})

const wish = (id: string, level = 2, at = 0, until: number | null = null, camera = `cam-${id}`): TileWish => ({ id, camera, level, at, until })

describe('reserved tiles', () => {
  const rows: { name: string; before: [number, string][]; wishes: TileWish[]; count: number; after: [number, string][] }[] = [
    { name: 'none wants one', before: [], wishes: [], count: 2, after: [] },
    { name: 'the first', before: [], wishes: [wish('a')], count: 1, after: [[0, 'a']] },
    { name: 'no tile is reserved', before: [], wishes: [wish('a')], count: 0, after: [] },
    { name: 'who has it keeps it from an equal', before: [[0, 'a']], wishes: [wish('a'), wish('b', 2, 9)], count: 1, after: [[0, 'a']] },
    { name: 'and gives it to a higher level', before: [[0, 'a']], wishes: [wish('a'), wish('b', 3, 9)], count: 1, after: [[0, 'b']] },
    { name: 'its time is over', before: [[0, 'a']], wishes: [wish('a', 4, 0, 50), wish('b')], count: 1, after: [[0, 'b']] },
    { name: 'the newest of equals', before: [], wishes: [wish('a', 2, 1), wish('b', 2, 2)], count: 1, after: [[0, 'b']] },
    { name: 'the other stays where it is', before: [[0, 'a'], [1, 'b']], wishes: [wish('b'), wish('c')], count: 2, after: [[0, 'c'], [1, 'b']] },
    { name: 'a camera has one tile', before: [], wishes: [wish('a', 2, 1, null, 'x'), wish('b', 2, 2, null, 'x')], count: 2, after: [[0, 'b']] },
    { name: 'fewer tiles than before', before: [[1, 'a']], wishes: [wish('a')], count: 1, after: [[0, 'a']] },
  ]
  it.each(rows)('$name', ({ before, wishes, count, after }) => {
    expect([...borrow(new Map(before), wishes, count, 100)].map(([place, { id }]) => [place, id]).sort()).toEqual(after)
  })

  const lent: { name: string; cameras: (string | null)[]; page: number; borrowed: [number, string][]; shown: (string | null)[] }[] = [
    { name: 'nothing', cameras: ['a', 'b', 'c', 'd'], page: 0, borrowed: [], shown: ['a', 'b', 'c', 'd'] },
    { name: 'the last tile', cameras: ['a', 'b', 'c', 'd'], page: 0, borrowed: [[0, 'x']], shown: ['a', 'b', 'c', 'x'] },
    { name: 'the last two', cameras: ['a', 'b', 'c', 'd'], page: 0, borrowed: [[0, 'x'], [1, 'y']], shown: ['a', 'b', 'y', 'x'] },
    { name: 'of an emptier wall', cameras: ['a'], page: 0, borrowed: [[0, 'x']], shown: ['a', null, null, 'x'] },
    { name: 'one that is on the page', cameras: ['a', 'b', 'c', 'd'], page: 0, borrowed: [[0, 'b']], shown: ['a', null, 'c', 'b'] },
    { name: 'of the second page', cameras: ['a', 'b', 'c', 'd', 'e'], page: 1, borrowed: [[0, 'x']], shown: ['a', 'b', 'c', 'd', 'e', null, null, 'x'] },
  ]
  it.each(lent)('lent: $name', ({ cameras, page, borrowed, shown }) => {
    expect(lend({ layout: '4', cameras }, page, 4, new Map(borrowed)).cameras).toEqual(shown)
  })
})
