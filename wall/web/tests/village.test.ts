import { describe, expect, it } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Area, Case, CaseState, CaseWithTrace, Me, TraceEntry } from '../src/api/types'
import { lieIn } from '../src/stores/area_tree'
import { progressOf, type StepName } from '../src/village/progress'
import { remoteKey } from '../src/village/remote_keys'
import { remindable } from '../src/village/spoken'
import { nextBox, type Box, type Direction } from '../src/village/spatial'
import { isVillageAddress, onlyVillageRoom, roomAreas } from '../src/village/village_area'
import { CaseDetails, villageCases } from '../src/village/village_cases'

function box(left: number, top: number, width: number, height: number): Box {
  return { left, top, right: left + width, bottom: top + height }
}

describe('the focus moves by arrow keys', () => {
  // Two large pictures over four small ones, a button below, two cases at the right; as the page of a village is.
  const boxes: Record<string, Box> = {
    bigLeft: box(0, 0, 200, 200),
    bigRight: box(200, 0, 200, 200),
    small1: box(0, 200, 100, 100),
    small2: box(100, 200, 100, 100),
    small3: box(200, 200, 100, 100),
    small4: box(300, 200, 100, 100),
    report: box(0, 320, 80, 30),
    case1: box(420, 0, 150, 90),
    case2: box(420, 100, 150, 90),
  }
  const names = Object.keys(boxes)
  it.each([
    ['bigLeft', 'right', 'bigRight'],
    ['bigRight', 'left', 'bigLeft'],
    ['bigLeft', 'down', 'small1'],
    ['bigRight', 'down', 'small3'],
    ['small2', 'up', 'bigLeft'],
    ['small3', 'up', 'bigRight'],
    ['small3', 'left', 'small2'],
    ['small1', 'down', 'report'],
    ['small4', 'down', 'report'],
    ['report', 'up', 'small1'],
    ['bigRight', 'right', 'case2'],
    ['small4', 'right', 'case2'],
    ['case1', 'down', 'case2'],
    ['case2', 'left', 'bigRight'],
    ['bigLeft', 'left', 'bigLeft'],
    ['bigLeft', 'up', 'bigLeft'],
    ['case2', 'right', 'case2'],
    ['report', 'down', 'report'],
  ] as [string, Direction, string][])('from %s %s to %s', (from, direction, to) => {
    expect(names[nextBox(Object.values(boxes), names.indexOf(from), direction)]).toBe(to)
  })

  it('reaches everything from everywhere', () => {
    for (const start of names) {
      const seen = new Set([names.indexOf(start)])
      for (const at of seen) for (const way of ['left', 'right', 'up', 'down'] as const) seen.add(nextBox(Object.values(boxes), at, way))
      expect(seen.size, start).toBe(names.length)
    }
  })

  it('begins somewhere, and stays nowhere where there is nothing', () => {
    expect(nextBox([box(0, 0, 1, 1)], -1, 'down')).toBe(0)
    expect(nextBox([], -1, 'down')).toBe(-1)
  })
})

describe('a key of a remote control', () => {
  const press = (key: string, more: object = {}) => ({ key, keyCode: 0, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, ...more })
  it.each([
    ['an arrow', press('ArrowLeft'), false, { kind: 'move', direction: 'left' }],
    ['an arrow along a text', press('ArrowLeft'), true, null],
    ['an arrow out of a text', press('ArrowDown'), true, { kind: 'move', direction: 'down' }],
    ['OK', press('Enter'), false, { kind: 'ok' }],
    ['Enter in a text', press('Enter'), true, null],
    ['Back of a browser', press('BrowserBack'), false, { kind: 'back' }],
    ['Back of a television without names', press('Unidentified', { keyCode: 461 }), false, { kind: 'back' }],
    ['Back of another', press('', { keyCode: 10009 }), false, { kind: 'back' }],
    ['Backspace', press('Backspace'), false, { kind: 'back' }],
    ['Backspace in a text', press('Backspace'), true, null],
    ['Escape in a text', press('Escape'), true, { kind: 'back' }],
    ['the next page', press('PageDown'), false, { kind: 'pageDown' }],
    ['the channel before', press('ChannelUp'), false, { kind: 'pageUp' }],
    ['red', press('ColorF0Red'), false, { kind: 'report' }],
    ['yellow by number', press('', { keyCode: 405 }), false, { kind: 'cases' }],
    ['blue', press('ColorF3Blue'), false, { kind: 'remind' }],
    ['blue by number', press('', { keyCode: 406 }), false, { kind: 'remind' }],
    ['a letter', press('a'), false, null],
    ['a shortcut of the browser', press('Enter', { ctrlKey: true }), false, null],
    ['a key of the input method', press('Enter', { isComposing: true }), false, null],
  ])('%s', (_, pressed, writing, meaning) => {
    expect(remoteKey(pressed, writing)).toEqual(meaning)
  })
})

function aCase(state: CaseState, more: Partial<Case> = {}): Case {
  return {
    id: 'c', number: 'N-1', state, case_class: '05-01', class_name: { zh: '摊', en: 'Stall' }, level: 1, title: { zh: '摊', en: 'Stall' }, source: 'camera',
    camera_id: null, zone_id: null, lon: null, lat: null, error_m: null, area: 'v1', area_name: '村', grid: null, grid_name: null, address: '', opened_at: 100,
    updated_at: 100, deadline_at: null, closed_at: null, resolution: null, needs_person: false, reworks: 0, assignee: null, sightings: 1, last_seen_at: null,
    gone_at: null, picture_evidence_id: null, clip_evidence_id: null, version: 1, ...more,
  }
}

/** [time, action, state after it]; the state before is that of the entry before. */
function traceOf(...rows: [number, string, string, object?][]): TraceEntry[] {
  return rows.map(([at, action, to_state, detail], index) => ({
    seq: index + 1, at, action, actor: { kind: 'person', id: 'p', name: 'P' }, from_state: rows[index - 1]?.[2] ?? null, to_state, detail: { ...detail }, hash: '',
  }))
}

describe('how far a case has got', () => {
  const told = (item: Case, trace: TraceEntry[]): string =>
    progressOf(item, trace).steps.map(({ state, at }) => (state === 'ahead' ? '.' : `${state[0]}${at ?? ''}`)).join(' ')
  const START: [number, string, string][] = [[100, 'open', 'filed'], [110, 'assign', 'assigned'], [120, 'accept', 'accepted'], [130, 'arrive', 'arrived'], [140, 'handle', 'handled']]

  it.each([
    ['just seen, waiting for a person', aCase('review'), traceOf([100, 'open', 'review']), 'n100 . . . . . . .'],
    ['confirmed', aCase('filed'), traceOf([100, 'open', 'review'], [105, 'confirm', 'filed']), 'd100 n105 . . . . . .'],
    ['reported by hand', aCase('filed'), traceOf([100, 'open', 'filed']), 'd100 n100 . . . . . .'],
    ['somebody has arrived', aCase('arrived'), traceOf(...START.slice(0, 4)), 'd100 d100 d110 d120 n130 . . .'],
    ['a comment changes nothing', aCase('accepted'), traceOf(...START.slice(0, 3), [125, 'comment', 'accepted']), 'd100 d100 d110 n120 . . . .'],
    ['closed by the book', aCase('closed', { closed_at: 150 }), traceOf(...START, [150, 'verify', 'closed', { result: 'gone' }]), 'd100 d100 d110 d120 d130 d140 d150 d150'],
    ['sent back', aCase('assigned', { reworks: 1 }), traceOf(...START, [150, 'verify', 'assigned', { result: 'present' }]), 'd100 d100 n150 . . . . .'],
    ['sent back and on the way again', aCase('accepted', { reworks: 1 }), traceOf(...START, [150, 'verify', 'assigned', { result: 'present' }], [160, 'accept', 'accepted']), 'd100 d100 d150 n160 . . . .'],
    ['gone by itself', aCase('closed', { closed_at: 115 }), traceOf([100, 'open', 'filed'], [115, 'gone', 'closed']), 'd100 d100 s s s s s d115'],
    ['closed, its trace not there yet', aCase('closed', { closed_at: 115 }), [], 'd100 d d d d d d d115'],
    ['struck out', aCase('invalid'), traceOf([100, 'open', 'filed'], [115, 'strike_out', 'invalid']), 'd100 . . . . . . .'],
  ])('%s', (_, item, trace, expected) => {
    expect(told(item, trace)).toBe(expected)
  })

  it('has one step that is now, and none when it has ended', () => {
    const nows = (state: CaseState): StepName[] => progressOf(aCase(state), []).steps.filter((step) => step.state === 'now').map((step) => step.name)
    expect(nows('handled')).toEqual(['handled'])
    expect(nows('closed')).toEqual([])
    expect(progressOf(aCase('invalid'), []).invalid).toBe(true)
  })
})

const AREAS: Area[] = [
  { code: 't', parent: 'd', level: 'town', name: '镇', name_en: '' },
  { code: 'v1', parent: 't', level: 'village', name: '一村', name_en: '' },
  { code: 'g1', parent: 'v1', level: 'grid', name: '一格', name_en: '' },
  { code: 'v2', parent: 't', level: 'village', name: '二村', name_en: '' },
]

function me(...roles: [string, string][]): Me {
  return { id: 'm', username: 'm', name: 'M', permissions: [], town_permissions: [], roles: roles.map(([role, area]) => ({ role, area, area_name: area })) }
}

describe('whose village room it is', () => {
  it.each([
    ['a clerk', me(['village_room', 'v1']), true],
    ['a clerk of two', me(['village_room', 'v1'], ['village_room', 'v2']), true],
    ['an operator too', me(['village_room', 'v1'], ['operator', 't']), false],
    ['nobody', me(), false],
  ])('%s has nothing else: %s', (_, who, only) => {
    expect(onlyVillageRoom(who)).toBe(only)
  })

  it.each([
    ['his own', me(['village_room', 'v1']), '', ['v1']],
    ['both of his own', me(['village_room', 'v1'], ['village_room', 'v2']), '', ['v1', 'v2']],
    ['the one the address names', me(['operator', 't']), '?area=v2', ['v2']],
    ['none the address names that is not there', me(['village_room', 'v1']), '?area=v9', ['v1']],
    ['any village, for who has none', me(['operator', 't']), '', ['v1']],
  ])('%s', (_, who, search, codes) => {
    expect(roomAreas(who, AREAS, search)).toEqual(codes)
  })

  it('holds what lies in it and nothing beside it', () => {
    const within = lieIn('v1', AREAS)
    expect(['v1', 'g1', 'v2', 't', 'unknown'].filter(within)).toEqual(['v1', 'g1'])
    const ring = lieIn('a', [{ code: 'b', parent: 'c', level: '', name: '', name_en: '' }, { code: 'c', parent: 'b', level: '', name: '', name_en: '' }])
    expect(ring('b')).toBe(false)
  })

  it.each([['/village', true], ['/village/', true], ['/', false], ['/villages', false]])('is at %s: %s', (path, here) => {
    expect(isVillageAddress(path)).toBe(here)
  })
})

describe('the cases of a village', () => {
  it('are the open ones first, then those ended lately, and no others', () => {
    const now = 1_000_000
    const cases = [
      aCase('closed', { id: 'late', closed_at: now - 10, opened_at: 5 }),
      aCase('closed', { id: 'old', closed_at: now - 4 * 86_400 }),
      aCase('filed', { id: 'new', opened_at: 20 }),
      aCase('filed', { id: 'grid', opened_at: 30, grid: 'g1' }),
      aCase('filed', { id: 'other', area: 'v2' }),
    ]
    expect(villageCases(cases, lieIn('v1', AREAS), now).map(({ id }) => id)).toEqual(['grid', 'new', 'late'])
  })

  it('have their trace asked for once a version, and again after a failure', async () => {
    const asked: string[] = []
    let fails = true
    const details = new CaseDetails({
      case: async (id) => {
        asked.push(id)
        if (fails) throw new ApiError(0, 'network', 'no network')
        return { ...aCase('filed'), id, trace: [], evidence: [], actions: [] } as CaseWithTrace
      },
    })
    const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
    details.want([aCase('filed', { id: 'a' })])
    await settled()
    fails = false
    details.want([aCase('filed', { id: 'a' }), aCase('filed', { id: 'b' })])
    await settled()
    details.want([aCase('filed', { id: 'a' }), aCase('filed', { id: 'b', version: 2 })])
    await settled()
    expect(asked).toEqual(['a', 'a', 'b', 'b'])
    expect([...details.byId.keys()]).toEqual(['a', 'b'])
  })
})

it('the list reminds of what waits for a day or is late, once a day, where one may', () => {
  const NOW = 1_000_000
  const item = { state: 'filed', opened_at: NOW - 90_000, closed_at: null, deadline_at: null } as Case
  const fresh = { ...item, opened_at: NOW - 60 }
  const by = (at: number): TraceEntry => ({ seq: 1, at, action: 'remind', actor: { kind: 'person', id: 'me', name: '' }, from_state: null, to_state: null, detail: {}, hash: '' })
  const may = (trace: TraceEntry[], actions: string[] = ['remind']): CaseWithTrace => ({ actions, trace }) as unknown as CaseWithTrace
  expect(remindable(item, may([]), 'me', NOW)).toBe(true)
  expect(remindable(item, undefined, 'me', NOW)).toBe(false)
  expect(remindable(item, may([], ['comment']), 'me', NOW)).toBe(false)
  expect(remindable({ ...item, closed_at: NOW }, may([]), 'me', NOW)).toBe(false)
  expect([remindable(fresh, may([]), 'me', NOW), remindable({ ...fresh, deadline_at: NOW - 1 }, may([]), 'me', NOW)]).toEqual([false, true])
  expect([remindable(item, may([by(NOW - 60)]), 'me', NOW), remindable(item, may([by(NOW - 86_401)]), 'me', NOW), remindable(item, may([by(NOW - 60)]), 'other', NOW)]).toEqual([false, true, true])
})
