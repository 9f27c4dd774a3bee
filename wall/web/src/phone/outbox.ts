/** What was done on the phone and is still to be sent: in order within each case, each thing once, nothing lost. */

export type Kind = 'create' | 'evidence' | 'voice' | 'accept' | 'decline' | 'arrive' | 'handle' | 'ask-extension' | 'party' | 'duty'

/** One thing to send. `lane`: what must stay in order, a case's id, or a name of its own until the server has given it one. */
export interface Item {
  id?: number
  kind: Kind
  account: string
  lane: string
  /** With `{case}` for the id of the lane's case. */
  path: string
  json?: Record<string, unknown>
  file?: Blob
  fileName?: string
  caption?: string
  /** The same for every attempt: the server does it once. */
  key: string
  recordedAt: number
  /** For the person who looks at the list. */
  label: string
  tries: number
  nextAt: number
  /** Why the server would not take it; it stays until the person decides. */
  refused?: string
}

/** Where items lie. */
export interface Shelf {
  all(): Promise<Item[]>
  /** All of them or none. */
  add(items: Item[]): Promise<void>
  put(item: Item): Promise<void>
  remove(id: number): Promise<void>
  caseOf(lane: string): Promise<string | undefined>
  made(lane: string, caseId: string): Promise<void>
}

/** What the server said: done (with the case's id where one was made), no for good, or nothing of use. */
export type Outcome = { done: true; caseId?: string } | { done: false; refused?: string }
export type Send = (item: Item, caseId: string | undefined) => Promise<Outcome>

export const FIRST_WAIT_S = 2
export const LONGEST_WAIT_S = 300
/** Answers that pass: out of reach, signed out for the moment, too much at once, the server's own fault. */
export const passing = (status: number): boolean => status === 0 || status === 401 || status === 408 || status === 425 || status === 429 || status >= 500

export function waitAfter(tries: number, random: () => number): number {
  return Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** Math.max(0, tries - 1)) * (0.5 + random() / 2)
}

/** The first of each lane that may be sent now. A report that was refused holds back what belongs to it. */
export function sendable(items: readonly Item[], now: number): Item[] {
  const held = new Set<string>()
  const found: Item[] = []
  for (const item of items) {
    if (held.has(item.lane)) continue
    if (item.refused !== undefined) {
      if (item.kind === 'create') held.add(item.lane)
      continue
    }
    held.add(item.lane)
    if (item.nextAt <= now) found.push(item)
  }
  return found
}

/** Seconds until something can be sent; null where nothing waits for its time. */
export function nextIn(items: readonly Item[], now: number): number | null {
  const heads = sendable(items, Infinity)
  return heads.length ? Math.max(0, Math.min(...heads.map((one) => one.nextAt)) - now) : null
}

export class Outbox {
  private running = false
  private again = false

  constructor(
    private readonly shelf: Shelf,
    private readonly send: Send,
    private readonly clock: () => number,
    private readonly random: () => number,
    /** Told whenever the list has changed. */
    private readonly changed: (items: Item[]) => void,
  ) {}

  /** Resolves once all are on the phone's disk. */
  async add(...items: Omit<Item, 'id' | 'tries' | 'nextAt'>[]): Promise<void> {
    await this.shelf.add(items.map((item) => ({ ...item, tries: 0, nextAt: 0 })))
    await this.tell()
  }

  /** Sends what can be sent. `eager`: whoever waits for its time need not, the network is back. */
  async flush(eager = false): Promise<void> {
    if (this.running) {
      this.again = true
      return
    }
    this.running = true
    try {
      let hurry = eager
      do {
        this.again = false
        while (await this.round(hurry)) hurry = false
        hurry = false
      } while (this.again)
    } finally {
      this.running = false
      await this.tell()
    }
  }

  /** Whether something was sent, so that what waited behind it can follow. */
  private async round(hurry: boolean): Promise<boolean> {
    let moved = false
    for (const item of sendable(await this.shelf.all(), hurry ? Infinity : this.clock())) {
      moved = (await this.attempt(item)) || moved
    }
    return moved
  }

  private async attempt(item: Item): Promise<boolean> {
    const outcome = await this.send(item, await this.shelf.caseOf(item.lane))
    if (outcome.done) {
      if (outcome.caseId !== undefined) await this.shelf.made(item.lane, outcome.caseId)
      await this.shelf.remove(item.id as number)
    } else if (outcome.refused !== undefined) {
      await this.shelf.put({ ...item, tries: item.tries + 1, refused: outcome.refused })
    } else {
      const tries = item.tries + 1
      await this.shelf.put({ ...item, tries, nextAt: this.clock() + waitAfter(tries, this.random) })
    }
    await this.tell()
    return outcome.done || outcome.refused !== undefined
  }

  async retry(item: Item): Promise<void> {
    const { refused: _refused, ...rest } = item
    await this.shelf.put({ ...rest, nextAt: 0 })
    await this.flush()
  }

  /** Lets go of one item; of a report also what belongs to it. */
  async discard(item: Item): Promise<void> {
    const all = await this.shelf.all()
    const gone = item.kind === 'create' ? all.filter(({ lane }) => lane === item.lane) : [item]
    for (const one of gone) await this.shelf.remove(one.id as number)
    await this.tell()
    await this.flush()
  }

  async tell(): Promise<void> {
    this.changed(await this.shelf.all())
  }
}
