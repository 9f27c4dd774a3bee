/** What a screen reader is told of the tiles: few sentences, however many tiles change. */

export type Change = 'stopped' | 'back'

export interface Announcement {
  kind: Change
  names: string[]
}

/** Gathers changes and lets go of those that undo each other. Pure. */
export class ChangeBatch {
  private readonly changes = new Map<string, Change>()

  add(camera: string, change: Change): void {
    const before = this.changes.get(camera)
    if (before !== undefined && before !== change) this.changes.delete(camera)
    else this.changes.set(camera, change)
  }

  /** What is to be said now, stopped ones first; empties the batch. */
  take(): Announcement[] {
    const of = (kind: Change): string[] => [...this.changes].filter(([, change]) => change === kind).map(([name]) => name)
    const found = (['stopped', 'back'] as const).map((kind) => ({ kind, names: of(kind) }))
    this.changes.clear()
    return found.filter(({ names }) => names.length > 0)
  }
}

/** Long enough for what belongs together (a switch that fails) to come together. */
const GATHER_MS = 2_000
/** A sentence names cameras, and who hears it may lose his right to them: it does not stay in the page. */
const SAID_MS = 10_000

/** One polite live region for all tiles of the page. */
export class Announcer {
  private readonly batch = new ChangeBatch()
  private readonly region: HTMLElement
  private timer: ReturnType<typeof setTimeout> | null = null
  private gone: ReturnType<typeof setTimeout> | null = null

  constructor(document: Document) {
    this.region = document.createElement('div')
    this.region.className = 'visually-hidden'
    this.region.setAttribute('role', 'status')
    this.region.dataset['testid'] = 'tile-announcements'
    document.body.append(this.region)
  }

  /** `sentence` puts what has gathered into words. */
  tell(camera: string, change: Change, sentence: (announcement: Announcement) => string): void {
    this.batch.add(camera, change)
    this.timer ??= setTimeout(() => {
      this.timer = null
      const said = this.batch.take().map(sentence).join(' ')
      if (said) this.say(said)
    }, GATHER_MS)
  }

  /** For what the operator himself has just asked for: at once. */
  say(text: string): void {
    this.region.textContent = text
    if (this.gone !== null) clearTimeout(this.gone)
    this.gone = setTimeout(() => (this.region.textContent = ''), SAID_MS)
  }
}

let shared: Announcer | null = null

export function announcer(): Announcer {
  shared ??= new Announcer(document)
  return shared
}
