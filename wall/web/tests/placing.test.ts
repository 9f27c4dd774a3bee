import { describe, expect, it } from 'vitest'
import { pageView, placeTiles, type PlacedTile } from '../src/wall/placing'
import { Undo } from '../src/wall/undo'

const nine = { layout: '9', cameras: [...'abcdefghijk'] }
const brief = (tiles: PlacedTile[]): string => tiles.map(({ camera, role }) => `${camera ?? '-'}${role === 'plain' ? '' : ` ${role}`}`).join(', ')
const at = (tiles: PlacedTile[], camera: string): PlacedTile | undefined => tiles.find((tile) => tile.camera === camera)

describe('a page as tiles', () => {
  it.each([
    ['the first page', {}, 'a, b, c, d, e, f, g, h, i'],
    ['the last page, filled up with empty places', { page: 1 }, 'j, k, -, -, -, -, -, -, -'],
    ['a spotlight moves the first pictures on', { spotlight: 'x' }, 'x spotlight, a, b, c, d, e'],
    ['a spotlight that is on the page is not shown twice', { spotlight: 'c' }, 'c spotlight, a, b, d, e, f'],
    ['an enlarged tile covers the others', { page: 1, enlarged: 'k' }, 'j covered, k enlarged, - covered, - covered, - covered, - covered, - covered, - covered, - covered'],
    ['an enlarged camera of another page covers nothing', { page: 1, enlarged: 'a' }, 'j, k, -, -, -, -, -, -, -'],
    ['what is warm comes last, once, and not if it is on view', { page: 1, warm: ['x', 'j', 'y', 'x'] }, 'j, k, -, -, -, -, -, -, -, x warm, y warm'],
  ])('%s', (_, part, expected) => {
    expect(brief(placeTiles(pageView({ arrangement: nine, ...part })))).toBe(expected)
  })

  it('a camera named twice is shown once', () => {
    expect(brief(placeTiles(pageView({ arrangement: { layout: '4', cameras: ['a', 'a', 'b'] } })))).toBe('a, -, b, -')
  })

  it('a tile that was warm keeps its key when its turn comes, so that it is not mounted anew', () => {
    const before = at(placeTiles(pageView({ arrangement: nine, warm: ['k'] })), 'k')
    const after = at(placeTiles(pageView({ arrangement: nine, page: 1 })), 'k')
    expect(before?.key).toBe(after?.key)
    expect([before?.role, after?.role]).toEqual(['warm', 'plain'])
  })

  it('with one big tile, that one is lent to the spotlight and the rest stay', () => {
    const arrangement = { layout: '1+5', cameras: [...'abcdef'] }
    const plain = placeTiles(pageView({ arrangement }))
    const lit = placeTiles(pageView({ arrangement, spotlight: 'x' }))
    expect(at(lit, 'x')?.rect).toEqual(at(plain, 'a')?.rect)
    expect(at(lit, 'a')).toBeUndefined()
    for (const camera of 'bcdef') expect(at(lit, camera)?.rect).toEqual(at(plain, camera)?.rect)
  })

  it('if the spotlight was on the page, the picture it takes the big tile from goes where it was', () => {
    const arrangement = { layout: '1+5', cameras: [...'abcdef'] }
    const plain = placeTiles(pageView({ arrangement }))
    const lit = placeTiles(pageView({ arrangement, spotlight: 'd' }))
    expect(at(lit, 'a')?.rect).toEqual(at(plain, 'd')?.rect)
  })

  it('no two tiles have one key', () => {
    for (const spotlight of [null, 'c', 'x']) {
      const keys = placeTiles(pageView({ arrangement: nine, page: 1, spotlight, warm: ['a', 'y'] })).map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })
})

describe('undo', () => {
  it('goes back through fifty steps and more, and forward again', () => {
    const undo = new Undo<number>()
    for (let n = 0; n < 60; n++) undo.record(n)
    let now = 60
    for (let n = 0; n < 60; n++) now = undo.undo(now) ?? NaN
    expect([now, undo.canUndo]).toEqual([0, false])
    for (let n = 0; n < 60; n++) now = undo.redo(now) ?? NaN
    expect([now, undo.canRedo]).toEqual([60, false])
  })

  it('a new step makes what was undone gone', () => {
    const undo = new Undo<string>()
    undo.record('a')
    expect(undo.undo('b')).toBe('a')
    undo.record('a')
    expect(undo.redo('c')).toBeNull()
  })

  it('forgets the oldest step when it holds too many', () => {
    const undo = new Undo<number>(2)
    for (let n = 0; n < 3; n++) undo.record(n)
    expect([undo.undo(3), undo.undo(2), undo.undo(1)]).toEqual([2, 1, null])
  })
})
