import { PLAIN_VIEW, viewOf, type QueueView } from './address'

const MOST = 30
const LONGEST_NAME = 40

export interface SavedView {
  name: string
  view: QueueView
}

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

/** Views kept by name in this browser, of each account its own. */
export class SavedViews {
  private readonly key: string

  constructor(account: string, private readonly shelf: Shelf) {
    this.key = `gridwatch.case-views.${account}`
  }

  list(): SavedView[] {
    try {
      const kept: unknown = JSON.parse(this.shelf.getItem(this.key) ?? '[]')
      return Array.isArray(kept) ? kept.flatMap(readView).slice(0, MOST) : []
    } catch {
      return []
    }
  }

  /** In place of one of that name. Answers all there are then. */
  keep(name: string, view: QueueView): SavedView[] {
    const called = name.trim().slice(0, LONGEST_NAME)
    if (!called) return this.list()
    return this.write([{ name: called, view: { ...view } }, ...this.list().filter((one) => one.name !== called)].slice(0, MOST))
  }

  remove(name: string): SavedView[] {
    return this.write(this.list().filter((one) => one.name !== name))
  }

  private write(views: SavedView[]): SavedView[] {
    this.shelf.setItem(this.key, JSON.stringify(views))
    return views
  }
}

/** What an older page kept is read as the address of today would be. */
function readView(one: unknown): SavedView[] {
  if (typeof one !== 'object' || one === null) return []
  const { name, view } = one as { name?: unknown; view?: unknown }
  if (typeof name !== 'string' || typeof view !== 'object' || view === null) return []
  const words = new URLSearchParams()
  for (const key of Object.keys(PLAIN_VIEW)) {
    const value = (view as Record<string, unknown>)[key]
    if (typeof value === 'string') words.set(key, value)
  }
  return [{ name, view: viewOf(words.toString()) }]
}
