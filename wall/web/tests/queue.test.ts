import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../src/api/client'
import type { Case } from '../src/api/types'
import { countOf } from '../src/exchange/outbox'
import { addressOf, dayStartIn, filtersSet, isBoard, PLAIN_VIEW, queryOf, selectedOf, viewOf } from '../src/queue/address'
import { refusalsByReason, runBatch } from '../src/queue/batch'
import { deskKey } from '../src/queue/queue_keys'
import { MOST_MARKED, QueueStore } from '../src/queue/queue_store'
import type { BatchAnswer } from '../src/queue/queue_types'
import { SavedViews } from '../src/queue/saved_views'
import { rejection, Triage, UNDO_SECONDS } from '../src/queue/triage'

const made = (id: string, openedAt: number, more: Partial<Case> = {}): Case =>
  ({ id, number: `N-${id}`, state: 'review', source: 'camera', level: 2, opened_at: openedAt, version: 1, ...more }) as Case
const press = (key: string, more: Partial<KeyboardEvent> = {}, asking = false) =>
  deskKey({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...more }, asking)
const day = (text: string): number | null => dayStartIn(text, 'Asia/Shanghai')

describe('the view in the address', () => {
  it('comes back as it went', () => {
    const view = { ...PLAIN_VIEW, state: 'all', class: '05-01', text: '桥 下&x', overdue: 'true' as const, sort: 'deadline' as const }
    const address = addressOf(view, 'abc')
    expect(viewOf(address.slice('/cases'.length))).toEqual(view)
    expect(selectedOf(address.slice('/cases'.length))).toBe('abc')
    expect(addressOf({ ...PLAIN_VIEW }, null)).toBe('/cases')
    expect(viewOf('?sort=nonsense&state=filed')).toEqual({ ...PLAIN_VIEW, state: 'filed' })
    expect(isBoard('?board=1')).toBe(true)
    expect(filtersSet(view)).toBe(3)
  })

  it('asks the server in its words', () => {
    const now = Date.parse('2026-11-22T12:00:00Z') / 1000
    const asked = (part: object): string => queryOf({ ...PLAIN_VIEW, ...part }, now, day).toString()
    expect(asked({})).toBe('state=open&sort=opened')
    expect(asked({ state: 'all', days: '7' })).toBe(`from=${now - 7 * 86_400}&sort=opened`)
    // A day of the town, the last one whole.
    expect(asked({ state: 'all', from: '2026-11-01', to: '2026-11-02' })).toBe('from=1793462400&to=1793635200&sort=opened')
    expect(asked({ state: 'all', from: 'nonsense' })).toBe('sort=opened')
  })
})

describe('keys', () => {
  it('mean what the sheet says', () => {
    expect(press('j')).toEqual({ what: 'step', by: 1, extend: false })
    expect(press('K', { shiftKey: true })).toEqual({ what: 'step', by: -1, extend: true })
    expect(press('2')).toEqual({ what: 'level', level: 2 })
    expect(press('5')).toBeNull()
    expect(press('0', {}, true)).toEqual({ what: 'choose', at: 9 })
    expect(press('?', { shiftKey: true })).toEqual({ what: 'help' })
    // Held down it walks on, and confirms once.
    expect(press('j', { repeat: true })).not.toBeNull()
    expect(press('c', { repeat: true })).toBeNull()
    expect(press('c', { ctrlKey: true })).toBeNull()
  })
})

describe('the queue', () => {
  function desk(pages: (words: URLSearchParams) => { items: Case[]; next?: string | null }) {
    const call = vi.fn((_method: string, path: string) => {
      const found = pages(new URLSearchParams(path.split('?')[1]))
      return Promise.resolve({ total: 9, total_exact: true, next: null, ...found })
    })
    return { store: new QueueStore({ call: call as never }), call }
  }

  it('goes on by the cursor, and puts new ones on top without twice showing any', async () => {
    const later = [made('new', 40), made('c', 30), made('b', 20)]
    let first = true
    const { store } = desk((words) => {
      if (words.get('cursor') === 'p2') return { items: [made('b', 20), made('a', 10)] }
      if (!first) return { items: later }
      first = false
      return { items: [made('c', 30), made('b', 20)], next: 'p2' }
    })
    await store.load(new URLSearchParams('sort=opened'))
    await store.more()
    expect(store.rows.value.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(store.ended.value).toBe(true)
    expect(await store.head()).toBe(1)
    expect(store.rows.value.map(({ id }) => id)).toEqual(['new', 'c', 'b', 'a'])
    expect(store.above.value).toBe(1)
    store.apply(made('b', 20, { state: 'filed' }))
    expect(store.rows.value[2]?.state).toBe('filed')
  })

  it('keeps the newest answer, and says what was refused', async () => {
    let slow: (page: object) => void = () => {}
    const call = vi.fn((_method: string, path: string) =>
      path.includes('text=slow') ? new Promise((resolve) => (slow = resolve)) : Promise.resolve({ items: [made('x', 1)], total: 1, total_exact: true, next: null }),
    )
    const store = new QueueStore({ call: call as never })
    const late = store.load(new URLSearchParams('text=slow'))
    await store.load(new URLSearchParams('text=fast'))
    slow({ items: [made('old', 1)], total: 1, total_exact: true, next: null })
    await late
    expect(store.rows.value.map(({ id }) => id)).toEqual(['x'])
    call.mockRejectedValueOnce(new ApiError(422, 'invalid', 'cursor is none'))
    await store.load(new URLSearchParams())
    expect(store.problem.value).toBe('cursor is none')
  })

  it('marks so many and no more', async () => {
    const { store } = desk(() => ({ items: Array.from({ length: MOST_MARKED }, (_, n) => made(`m${n}`, n)) }))
    await store.load(new URLSearchParams())
    store.mark('other')
    await store.markAll()
    expect(store.marked.size).toBe(MOST_MARKED)
    store.mark('other')
    expect(store.marked.has('other')).toBe(false)
  })
})

describe('a batch', () => {
  const answer = (cases: string[]): BatchAnswer => ({
    done: cases.length - 1,
    refused: 1,
    items: cases.map((id, n) => ({ id, number: id, done: n > 0, case: null, refusal: n ? null : { code: 'conflict', message: 'closed', text: null } })),
  })

  it('is sent in parts, again under the same key where no answer came', async () => {
    const keys: (string | undefined)[] = []
    let lost = true
    const call = vi.fn((_method: string, _path: string, body: { cases: string[] }, key?: string) => {
      keys.push(key)
      if (keys.length === 2 && lost) {
        lost = false
        return Promise.reject(new ApiError(0, 'network', 'gone'))
      }
      return Promise.resolve(answer(body.cases))
    })
    let n = 0
    const ids = Array.from({ length: 70 }, (_, at) => `i${at}`)
    const total = await runBatch({ call: call as never }, 'comment', ids, { note: 'x' }, () => {}, () => `key-${n++}`)
    expect(keys).toEqual(['key-0', 'key-1', 'key-1'])
    expect([total.done, total.refused.length, total.unsent.length]).toEqual([68, 2, 0])
    expect(refusalsByReason(total.refused)).toEqual([{ code: 'conflict', message: 'closed', zh: '', numbers: ['i0', 'i50'] }])
  })

  it('says which ones nothing is known of', async () => {
    const call = vi.fn(() => Promise.reject(new ApiError(0, 'network', 'gone')))
    const total = await runBatch({ call: call as never }, 'comment', ['a', 'b'], { note: 'x' }, () => {})
    expect(total.unsent).toEqual(['a', 'b'])
  })
})

describe('triage', () => {
  it('rejects in review and strikes out later, with the cause of a camera or the reason of a person', () => {
    expect(rejection(made('a', 1), 'bin', '垃圾桶')).toEqual(['reject', { cause: 'bin' }])
    expect(rejection(made('a', 1), 'other', '消防栓')).toEqual(['reject', { cause: 'other', word: '消防栓' }])
    expect(rejection(made('a', 1, { state: 'filed', source: 'hotline' }), 'untrue', '不属实')).toEqual(['strike-out', { reason: '不属实' }])
  })

  it('takes back what the server can take back, for a while', async () => {
    const clock = { now: 100 }
    const act = vi.fn((id: string, action: string) => Promise.resolve(made(id, 1, { state: action === 'confirm' ? 'filed' : 'review' })))
    const applied: Case[] = []
    const triage = new Triage({ act: act as never, candidates: vi.fn(() => Promise.resolve([])) as never }, (one) => applied.push(one), () => clock.now)
    expect(await triage.confirm(made('a', 1))).toBe(true)
    expect((await triage.undo())?.id).toBe('a')
    expect(act.mock.calls.map(([, action]) => action)).toEqual(['confirm', 'take-back'])
    await triage.level(made('a', 1), 4)
    expect(triage.last.value?.back).toEqual(['triage', { level: 2 }])
    clock.now += UNDO_SECONDS + 1
    expect(await triage.undo()).toBeNull()
    expect(await triage.assignFirst(made('a', 1), '没有人')).toBe(false)
    expect(triage.problem.value).toBe('N-a: 没有人')
    const camera = { source: 'operator' } as const
    await triage.reject(made('b', 1, { ...camera, state: 'filed' }), 'untrue', '不属实')
    expect(triage.last.value).toMatchObject({ action: 'strike-out', back: ['reopen', { reason: 'undone' }], final: '' })
    await triage.reject(made('c', 1, { ...camera, state: 'assigned' }), 'untrue', '不属实')
    expect(triage.last.value).toMatchObject({ action: 'strike-out', back: null, final: 'strike-out' })
    expect(triage.mayUndo(clock.now)).toBe(false)
  })
})

describe('saved views', () => {
  function shelf(old: string | null) {
    const kept: { id: string; name: string; area: string | null; query: string }[] = []
    const local = new Map(old === null ? [] : [['gridwatch.case-views.me', old]])
    const call = vi.fn((method: string, path: string, body?: { name: string; area: string | null; query: string }) => {
      if (method === 'POST' && body?.name === 'refused') return Promise.reject(new ApiError(403, 'not_allowed', 'not here'))
      if (method === 'POST' && body) kept.push({ id: `id-${kept.length}`, ...body })
      if (method === 'DELETE') kept.splice(kept.findIndex(({ id }) => path.startsWith(`/case-views/${id}?updated_at=5`)), 1)
      return Promise.resolve({ items: [...kept] })
    })
    const views = new SavedViews({ call: call as never }, 'me', { getItem: (key) => local.get(key) ?? null, removeItem: (key) => local.delete(key) })
    return { views, kept, local }
  }

  it('are kept with the account, as the address says them', async () => {
    const { views, kept } = shelf(null)
    expect(await views.keep(' 夜班 ', 'east', { ...PLAIN_VIEW, state: 'review', level: '3' })).toBe(true)
    expect(kept[0]).toMatchObject({ name: '夜班', area: 'east', query: 'state=review&level=3' })
    expect(viewOf(views.items.value[0]?.query ?? '')).toEqual({ ...PLAIN_VIEW, state: 'review', level: '3' })
    expect(await views.keep('refused', 'east', { ...PLAIN_VIEW })).toBe(false)
    expect(views.problem.value).toBe('not here')
    expect(await views.remove({ id: 'id-0', updated_at: 5 })).toBe(true)
    expect(views.items.value).toEqual([])
    expect(views.problem.value).toBe('')
  })

  it('take over what this browser kept before, and outlive nonsense', async () => {
    const before = shelf('[{"name":3},{"name":"x","view":{"sort":"??","state":"filed"}}]')
    expect(await before.views.load()).toBe(true)
    expect(before.kept.map(({ name, query }) => [name, query])).toEqual([['x', 'state=filed']])
    expect(before.local.size).toBe(0)
    const broken = shelf('{')
    expect(await broken.views.load()).toBe(true)
    expect(broken.kept).toEqual([])
  })
})

it('counts what lies in the outbox', () => {
  expect(countOf([{ destination: 'a', state: 'dead', count: 2 }, { destination: 'b', state: 'dead', count: 1 }], 'dead')).toBe(3)
})
