import { describe, expect, it } from 'vitest'
import type { Area, Camera } from '../src/api/types'
import { camerasOf, dwellWithin, moved, stepOf, withCamera, withoutCamera } from '../src/tours/tour_draft'
import { monitorOf } from '../src/wall/monitors'
import { wallKey, type KeyPress } from '../src/wall/wall_keys'

function press(key: string, part: Partial<KeyPress> = {}): KeyPress {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part }
}

/** What the key leads to, with or without a tour on. */
function led(to: KeyPress, onTour = false): string {
  const said: string[] = []
  const say = (word: string) => (detail?: number) => said.push(detail === undefined ? word : `${word} ${detail}`)
  const used = wallKey(to, {
    undo: say('undo'),
    redo: say('redo'),
    turnPage: say('page'),
    openPreset: say('preset'),
    onTour: () => onTour,
    pauseTour: say('pause'),
    nextStep: say('next'),
    previousStep: say('previous'),
  })
  return used ? said.join() : 'not the wall’s'
}

describe('the keys of the wall', () => {
  it.each([
    ['Ctrl+Z', press('z', { ctrlKey: true }), 'undo'],
    ['⌘Z', press('z', { metaKey: true }), 'undo'],
    ['Ctrl+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }), 'redo'],
    ['Ctrl+Y', press('y', { ctrlKey: true }), 'redo'],
    ['Shift+3, whatever is on that key', press('#', { code: 'Digit3', shiftKey: true }), 'preset 2'],
    ['Alt+1', press('1', { code: 'Digit1', altKey: true }), 'preset 0'],
    ['1 alone, which is for the views', press('1', { code: 'Digit1' }), 'not the wall’s'],
    ['Ctrl+1, which is the browser’s', press('1', { code: 'Digit1', ctrlKey: true }), 'not the wall’s'],
    ['PageDown', press('PageDown'), 'page 1'],
    ['PageUp', press('PageUp'), 'page -1'],
    ['P without a tour', press('p'), 'not the wall’s'],
    ['Ctrl+P', press('p', { ctrlKey: true }), 'not the wall’s'],
  ])('%s', (_, given, expected) => {
    expect(led(given)).toBe(expected)
  })

  it.each([
    ['P', press('p'), 'pause'],
    ['.', press('.'), 'next'],
    [',', press(','), 'previous'],
    ['PageDown', press('PageDown'), 'next'],
  ])('%s on a tour', (_, given, expected) => {
    expect(led(given, true)).toBe(expected)
  })
})

it.each([
  ['', 1],
  ['?monitor=2', 2],
  ['?monitor=8', 8],
  ['?monitor=9', 1],
  ['?monitor=0', 1],
  ['?monitor=x', 1],
])('the address %s is monitor %i', (search, expected) => {
  expect(monitorOf(search)).toBe(expected)
})

describe('a tour being put together', () => {
  const steps = [stepOf('1', ['a']), stepOf('4', ['b']), stepOf('9', ['c'])]

  it.each([
    ['up', 1, -1, '4 1 9'],
    ['down', 0, 1, '4 1 9'],
    ['not beyond the end', 2, 1, '1 4 9'],
    ['not beyond the beginning', 0, -1, '1 4 9'],
  ] as const)('moves a step %s', (_, index, by, expected) => {
    expect(moved(steps, index, by).map(({ layout }) => layout).join(' ')).toBe(expected)
  })

  it('holds a camera once', () => {
    const step = withCamera(withCamera(stepOf('4', ['a']), 'b'), 'b')
    expect(step.cameras).toEqual(['a', 'b'])
    expect(withoutCamera(step, 'a').cameras).toEqual(['b'])
  })

  it('takes all cameras of an area and below it, but none switched off', () => {
    const areas = [{ code: 'town', parent: null }, { code: 'grid', parent: 'east' }, { code: 'east', parent: 'town' }, { code: 'west', parent: 'town' }] as Area[]
    const cameras = [
      { id: 'a', area: 'east', enabled: true },
      { id: 'b', area: 'grid', enabled: true },
      { id: 'c', area: 'west', enabled: true },
      { id: 'd', area: 'east', enabled: false },
    ] as Camera[]
    expect(camerasOf('east', areas, cameras)).toEqual(['a', 'b'])
    expect(camerasOf('town', areas, cameras)).toEqual(['a', 'b', 'c'])
  })

  it.each([
    [1, 3],
    [12.4, 12],
    [99_999, 3600],
    [NaN, 15],
  ])('%d seconds become %i', (given, expected) => {
    expect(dwellWithin(given)).toBe(expected)
  })
})
