/** What the desk's queue is asked for, and how the address says so. Pure. */
export const SORTS = ['opened', 'oldest', 'updated', 'deadline', 'level'] as const
export type QueueSort = (typeof SORTS)[number]

/** Empty: not asked. `days`: opened in the last so many; `from`, `to`: from that day on, up to and with that one. */
export interface QueueView {
  state: string
  class: string
  level: string
  area: string
  source: string
  holder: string
  post: string
  tier: string
  supervised: '' | 'true'
  overdue: '' | 'true'
  repeat: '' | 'true'
  days: string
  from: string
  to: string
  text: string
  sort: QueueSort
}

export const PLAIN_VIEW: Readonly<QueueView> = {
  state: 'open', class: '', level: '', area: '', source: '', holder: '', post: '', tier: '', supervised: '', overdue: '', repeat: '',
  days: '', from: '', to: '', text: '', sort: 'opened',
}
const NAMES = Object.keys(PLAIN_VIEW) as (keyof QueueView)[]
const ALL_STATES = 'all'
const LONGEST = 100
const DAY = 86_400
const ROOT = '/cases'

export function isQueueAddress(path: string): boolean {
  return path === ROOT || path === `${ROOT}/`
}

export function isBoard(search: string): boolean {
  return new URLSearchParams(search).get('board') === '1'
}

export function viewOf(search: string): QueueView {
  const words = new URLSearchParams(search)
  const view: Record<string, string> = { ...PLAIN_VIEW }
  for (const name of NAMES) view[name] = (words.get(name) ?? PLAIN_VIEW[name]).slice(0, LONGEST)
  if (!SORTS.some((one) => one === view['sort'])) view['sort'] = PLAIN_VIEW.sort
  return view as unknown as QueueView
}

/** Only what differs from the plain view; `selected`: the case on the desk. */
export function addressOf(view: QueueView, selected: string | null): string {
  const words = new URLSearchParams()
  for (const name of NAMES) if (view[name] !== PLAIN_VIEW[name]) words.set(name, view[name])
  if (selected) words.set('case', selected)
  const said = words.toString()
  return said ? `${ROOT}?${said}` : ROOT
}

export function selectedOf(search: string): string | null {
  return new URLSearchParams(search).get('case')?.slice(0, 64) ?? null
}

/** The words of the HTTP interface. `now`: Unix seconds; `dayStart`: of a day in the town, `YYYY-MM-DD`. */
export function queryOf(view: QueueView, now: number, dayStart: (day: string) => number | null): URLSearchParams {
  const words = new URLSearchParams()
  for (const name of ['class', 'level', 'area', 'source', 'holder', 'post', 'tier', 'supervised', 'overdue', 'repeat'] as const) {
    if (view[name]) words.set(name, view[name])
  }
  if (view.state && view.state !== ALL_STATES) words.set('state', view.state)
  const text = view.text.trim()
  if (text) words.set('text', text)
  const from = view.from ? dayStart(view.from) : Number(view.days) > 0 ? now - Number(view.days) * DAY : null
  const to = view.to ? dayStart(view.to) : null
  if (from !== null) words.set('from', String(Math.floor(from)))
  if (to !== null) words.set('to', String(to + DAY))
  words.set('sort', view.sort)
  return words
}

/** How many filters are set, beside the state and the order. */
export function filtersSet(view: QueueView): number {
  return NAMES.filter((name) => name !== 'sort' && name !== 'state' && view[name] !== PLAIN_VIEW[name]).length
}

/** Midnight of that day in the town, Unix seconds; null for what is no day. */
export function dayStartIn(day: string, timezone: string): number | null {
  const utc = Date.parse(`${day}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(utc)) return null
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' }).format(utc)
  const ahead = Date.parse(`${shown.replace(' ', 'T')}Z`) - utc
  return (utc - ahead) / 1000
}
