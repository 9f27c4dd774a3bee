import { describe, expect, it } from 'vitest'
import { phone } from '../src/i18n/phone'
import { LONGEST_WAIT_S, nextIn, Outbox, passing, sendable, waitAfter, type Item, type Kind, type Outcome } from '../src/phone/outbox'
import { hasSettled, metresBetween, worthKeeping, type Fix } from '../src/phone/positions'

/** A shelf that outlives an outbox, as the phone's disk does. */
class Disk {
  rows = new Map<number, Item>()
  made_ = new Map<string, string>()
  next = 1
  all = async (): Promise<Item[]> => [...this.rows.values()]
  add = async (items: Item[]): Promise<void> => items.forEach((item) => this.rows.set(this.next, { ...item, id: this.next++ }))
  put = async (item: Item): Promise<void> => void this.rows.set(item.id as number, item)
  remove = async (id: number): Promise<void> => void this.rows.delete(id)
  caseOf = async (lane: string): Promise<string | undefined> => this.made_.get(lane)
  made = async (lane: string, id: string): Promise<void> => void this.made_.set(lane, id)
}

const thing = (kind: Kind, lane: string): Omit<Item, 'id' | 'tries' | 'nextAt'> => ({ kind, lane, account: 'a', path: '/x', key: `${kind}-${lane}`, recordedAt: 1, label: '' })

function made(answers: (item: Item, caseId: string | undefined) => Outcome, disk = new Disk()) {
  const sent: string[] = []
  let now = 0
  const send = async (item: Item, caseId: string | undefined): Promise<Outcome> => {
    sent.push(`${item.key}${caseId ? `>${caseId}` : ''}`)
    return answers(item, caseId)
  }
  const outbox = new Outbox(disk, send, () => now, () => 1, () => undefined)
  return { disk, sent, outbox, pass: (seconds: number) => (now += seconds) }
}

const DONE: Outcome = { done: true }
const NOTHING: Outcome = { done: false }

describe('what waits to be sent', () => {
  it('goes in order within a case, the photo to the case the report became', async () => {
    const { outbox, sent, disk } = made((item) => (item.kind === 'create' ? { done: true, caseId: 'c7' } : DONE))
    await outbox.add(thing('create', 'r1'), thing('evidence', 'r1'), thing('accept', 'k'), thing('arrive', 'k'))
    await outbox.flush()
    expect(sent.filter((one) => one.includes('r1'))).toEqual(['create-r1', 'evidence-r1>c7'])
    expect(sent.filter((one) => one.endsWith('-k'))).toEqual(['accept-k', 'arrive-k'])
    expect(disk.rows.size).toBe(0)
  })

  it('waits longer each time, keeps its key, and hurries when the network is back', async () => {
    let up = false
    const { outbox, sent, disk, pass } = made(() => (up ? DONE : NOTHING))
    await outbox.add(thing('accept', 'k'), thing('arrive', 'k'))
    for (const wait of [0, 1, 2, 4, 8]) {
      pass(wait)
      await outbox.flush()
    }
    // One attempt when it was made and one at each wait that was over; nothing overtook it.
    expect(new Set(sent)).toEqual(new Set(['accept-k']))
    expect(nextIn(await disk.all(), 15)).toBeGreaterThan(0)
    up = true
    await outbox.flush(true)
    expect(sent.slice(-2)).toEqual(['accept-k', 'arrive-k'])
    expect(disk.rows.size).toBe(0)
  })

  it('is there again after the page was killed in the middle', async () => {
    const first = made(() => NOTHING)
    await first.outbox.add(thing('create', 'r'), thing('evidence', 'r'))
    await first.outbox.flush()
    const second = made((item) => (item.kind === 'create' ? { done: true, caseId: 'c' } : DONE), first.disk)
    await second.outbox.flush(true)
    expect(second.sent).toEqual(['create-r', 'evidence-r>c'])
  })

  it('holds back what belongs to a refused report, and nothing else; only a person lets go', async () => {
    const { outbox, sent, disk } = made((item) => (item.key.endsWith('bad') && item.kind !== 'evidence' ? { done: false, refused: 'no' } : DONE))
    await outbox.add(thing('create', 'bad'), thing('evidence', 'bad'), thing('arrive', 'other-bad'), thing('handle', 'k'))
    await outbox.flush(true)
    expect(sent).not.toContain('evidence-bad')
    expect(sent).toContain('handle-k')
    expect((await disk.all()).map(({ key }) => key)).toEqual(['create-bad', 'evidence-bad', 'arrive-other-bad'])
    expect(nextIn(await disk.all(), 0)).toBeNull()
    await outbox.discard((await disk.all())[0] as Item)
    expect((await disk.all()).map(({ key }) => key)).toEqual(['arrive-other-bad'])
  })

  it('sends once what is asked to be sent twice at the same moment', async () => {
    const { outbox, sent } = made(() => DONE)
    await outbox.add(thing('accept', 'k'))
    await Promise.all([outbox.flush(), outbox.flush(true), outbox.flush()])
    expect(sent).toEqual(['accept-k'])
  })

  it('knows which answers pass', () => {
    expect([0, 401, 408, 425, 429, 500, 503].every(passing)).toBe(true)
    expect([400, 403, 404, 409, 413, 422].some(passing)).toBe(false)
    expect([1, 2, 3].map((tries) => waitAfter(tries, () => 1))).toEqual([2, 4, 8])
    expect(waitAfter(40, () => 1)).toBe(LONGEST_WAIT_S)
    expect(sendable([], 0)).toEqual([])
  })
})

describe('positions', () => {
  const at = (seconds: number, lat = 30, accuracy_m = 8): Fix => ({ lon: 120, lat, accuracy_m, at: seconds })

  it('are kept when they say more', () => {
    expect(worthKeeping(null, at(0))).toBe(true)
    expect(worthKeeping(at(0), at(5))).toBe(false)
    expect(worthKeeping(at(0), at(5, 30.0005))).toBe(true)
    expect(worthKeeping(at(0), at(5, 30.0005, 900))).toBe(false)
    expect(worthKeeping(at(0), at(20))).toBe(true)
    expect(metresBetween(at(0), at(0, 30.001))).toBeCloseTo(111.3, 0)
  })

  it('come rarely once the phone has settled', () => {
    expect(hasSettled(at(0), at(100))).toBe(false)
    expect(hasSettled(at(0), at(200))).toBe(true)
    expect(hasSettled(at(0), at(200, 30.001))).toBe(false)
  })
})

describe('the words', () => {
  type Tree = { readonly [key: string]: string | Tree }
  const flat = (tree: Tree, prefix = ''): [string, string][] =>
    Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`)))

  it('are the same in both languages, with the same places to fill', () => {
    const [zh, en] = [new Map(flat(phone.zh)), new Map(flat(phone.en))]
    expect([...en.keys()]).toEqual([...zh.keys()])
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()
    for (const [key, text] of zh) expect(places(en.get(key) ?? ''), key).toEqual(places(text))
  })
})
