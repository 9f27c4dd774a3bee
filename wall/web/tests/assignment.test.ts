import { describe, expect, it } from 'vitest'
import { clear, keepKnown, pageAfterLayoutChange, pageCount, pageOf, place, putIn, swap } from '../src/wall/assignment'
import { parseMemory, readAddress, startingWall, writeAddress } from '../src/wall/wall_memory'

describe('placing cameras', () => {
  it.each([
    ['into an empty wall', [], 2, 'a', [null, null, 'a']],
    ['over another camera', ['a', 'b'], 1, 'c', ['a', 'c']],
    ['onto its own place', ['a', 'b'], 1, 'b', ['a', 'b']],
    ['already on the wall: the two change places', ['a', 'b', 'c'], 0, 'c', ['c', 'b', 'a']],
    ['from a place to an empty one', ['a', 'b'], 3, 'a', [null, 'b', null, 'a']],
  ])('%s', (_, slots, index, camera, expected) => {
    expect(place(slots, index, camera)).toEqual(expected)
  })

  it('never changes the list it was given', () => {
    const slots = ['a', 'b']
    place(slots, 0, 'b')
    clear(slots, 1)
    expect(slots).toEqual(['a', 'b'])
  })

  it('drops the empty end, and only that', () => {
    expect(clear(['a', null, 'b'], 2)).toEqual(['a'])
    expect(clear(['a', 'b', 'c'], 1)).toEqual(['a', null, 'c'])
    expect(clear(['a'], 5)).toEqual(['a'])
  })

  it('forgets cameras that are gone, keeping the others in place', () => {
    expect(keepKnown(['a', 'x', 'b', 'y'], new Set(['a', 'b']))).toEqual(['a', null, 'b'])
  })
})

describe('pages', () => {
  it('are as many as needed, at least one', () => {
    expect(pageCount([], '9')).toBe(1)
    expect(pageCount(Array(9).fill('a'), '9')).toBe(1)
    expect(pageCount(Array(10).fill('a'), '9')).toBe(2)
  })

  it('are always full length', () => {
    expect(pageOf(['a', 'b', 'c', 'd', 'e'], '4', 1)).toEqual(['e', null, null, null])
  })

  it('keep the first picture in view when the layout changes', () => {
    expect(pageAfterLayoutChange(2, '9', '4')).toBe(4)
    expect(pageAfterLayoutChange(4, '4', '9')).toBe(1)
  })
})

describe('more ways to place', () => {
  it.each([
    ['two pictures', ['a', 'b'], 0, 1, ['b', 'a']],
    ['a picture and an empty place', ['a'], 0, 2, [null, null, 'a']],
  ] as const)('%s change over', (_, slots, one, other, expected) => {
    expect(swap(slots, one, other)).toEqual(expected)
  })

  it('fills the empty places from a page on, without what is there already', () => {
    expect(putIn(['a', null, 'c', null, 'e'], ['x', 'c', 'y', 'z'], 2)).toEqual(['a', null, 'c', 'x', 'e', 'y', 'z'])
  })
})

describe('the address and the memory', () => {
  const estate = ['a', 'b', 'c', 'd', 'e']
  const none = { layout: null, page: 0, cameras: null, spotlight: null, tour: null }

  it('come back as they were written', () => {
    const slots = ['a', 'b', 'c', 'd', 'e', null, 'g/7']
    const search = writeAddress('?other=1&tour=old', { layout: '4', page: 1, slots, spotlight: 'c', tour: null })
    expect(search).toBe('?other=1&layout=4&page=2&cameras=e,,g/7&spotlight=c')
    expect(readAddress(search)).toEqual({ layout: '4', page: 1, cameras: ['e', null, 'g/7'], spotlight: 'c', tour: null })
  })

  it.each(['1+5', 'v10', 'r4x2:0.0.2.1_2.0.2.1_0.1.4.1'])('layout %s survives the address', (layout) => {
    expect(readAddress(writeAddress('', { layout, page: 0, slots: ['a'], spotlight: null, tour: 't1' }))).toEqual({ ...none, layout, cameras: ['a'], tour: 't1' })
  })

  it.each([
    ['no such layout', '?layout=7', none],
    ['page nought', '?layout=4&page=0', { ...none, layout: '4' }],
    ['a page that is no number', '?page=x', none],
  ])('%s in the address is passed over', (_, search, expected) => {
    expect(readAddress(search)).toEqual(expected)
  })

  it.each([['nothing', null], ['no JSON', '{'], ['a number', '4'], ['a wrong layout', '{"layout":5,"slots":[]}'], ['no slots', '{"layout":4}']])(
    'memory holding %s is none',
    (_, text) => expect(parseMemory(text)).toBeNull(),
  )

  it('memory of an earlier version, with a number for the layout, is understood', () => {
    expect(parseMemory('{"layout":16,"page":1,"slots":["a",null,3]}')).toEqual({ layout: '16', page: 1, slots: ['a', null, null] })
  })

  it('a first start shows the whole estate', () => {
    expect(startingWall(readAddress(''), null, estate, '9')).toEqual({ layout: '9', page: 0, slots: estate })
  })

  it('the memory wins over the estate', () => {
    const memory = { layout: '4', page: 1, slots: ['c'] }
    expect(startingWall(readAddress(''), memory, estate, '9')).toEqual(memory)
  })

  it('the address wins over the memory, and no camera is shown twice', () => {
    const memory = { layout: '4', page: 0, slots: ['a', 'b', 'c'] }
    const wall = startingWall(readAddress('?layout=1&page=2&cameras=a'), memory, estate, '9')
    expect(wall).toEqual({ layout: '1', page: 1, slots: [null, 'a', 'c'] })
  })

  it('places the address leaves empty are empty', () => {
    const wall = startingWall(readAddress('?layout=4&page=1&cameras=a'), null, estate, '9')
    expect(wall.slots).toEqual(['a', null, null, null, 'e'])
  })
})
