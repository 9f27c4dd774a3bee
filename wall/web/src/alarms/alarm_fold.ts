/**
 * How a flood of alarms is shown to one operator: a few singly, the rest in groups by place. Draws nothing.
 *
 * In any ten minutes at most ten alarms are shown singly, and singles and groups of those ten minutes together are at
 * most ten lines. Higher levels are shown singly before lower ones and push them into their groups. What was folded is
 * never unfolded by itself, and nothing is left out: every alarm is in exactly one line until it is taken away.
 */

export interface FoldableAlarm {
  id: string
  /** 1 (least) to 4. */
  level: number
  /** The finest place known, and the one around it. */
  grid: string | null
  area: string
}

export type FoldLine<A extends FoldableAlarm> =
  | { kind: 'single'; key: string; alarm: A }
  /** `place` null: several places that have nothing in common. Newest first. */
  | { kind: 'group'; key: string; place: string | null; level: number; alarms: A[] }

export interface FoldLimits {
  lines: number
  windowMs: number
  /** Before fewer alarms than this are shown singly, groups are widened: from grid to area, from area to everywhere. */
  keepSingle: number
}

export const LIMITS: FoldLimits = { lines: 10, windowMs: 600_000, keepSingle: 5 }

type Grain = 'grid' | 'area' | 'all'
const GRAINS: readonly Grain[] = ['grid', 'area', 'all']

interface Entry<A> {
  alarm: A
  at: number
  /** Order of arrival, where times are equal. */
  order: number
  folded: boolean
  /** Acknowledged or ended: no line any more, but it has had its turn with the operator. */
  gone: boolean
}

function placeAt(alarm: FoldableAlarm, grain: Grain): string | null {
  if (grain === 'all') return null
  return grain === 'area' ? alarm.area : (alarm.grid ?? alarm.area)
}

export class AlarmFold<A extends FoldableAlarm> {
  private readonly entries = new Map<string, Entry<A>>()
  private grain: Grain = 'grid'
  private arrived = 0

  constructor(
    private readonly now: () => number,
    private readonly limits: FoldLimits = LIMITS,
  ) {}

  /** Answers whether the alarm is shown singly. One that is there already is brought up to date. */
  add(alarm: A): boolean {
    const known = this.entries.get(alarm.id)
    if (known) {
      known.alarm = alarm
      // Raised again, or the acknowledgement did not get through: it stands where it stood.
      known.gone = false
      return !known.folded
    }
    const entry: Entry<A> = { alarm, at: this.now(), order: this.arrived++, folded: false, gone: false }
    this.entries.set(alarm.id, entry)
    this.settle()
    return !entry.folded
  }

  /** Acknowledged, or its case has ended. */
  remove(id: string): void {
    const entry = this.entries.get(id)
    if (entry) entry.gone = true
  }

  has(id: string): boolean {
    return this.entries.get(id)?.gone === false
  }

  /** Highest level first, then the oldest; each group by its highest and oldest. */
  lines(): FoldLine<A>[] {
    this.forget()
    const there = [...this.entries.values()].filter((entry) => !entry.gone)
    const singles = there.filter((entry) => !entry.folded)
    const groups = new Map<string | null, Entry<A>[]>()
    for (const entry of there) {
      if (!entry.folded) continue
      const place = placeAt(entry.alarm, this.grain)
      groups.set(place, [...(groups.get(place) ?? []), entry])
    }
    const placed = [
      ...singles.map((entry) => ({ level: entry.alarm.level, order: entry.order, line: single(entry) })),
      ...[...groups].map(([place, entries]) => {
        const line = group(place, entries)
        return { level: line.level, order: Math.min(...entries.map(({ order }) => order)), line }
      }),
    ]
    return placed.sort((a, b) => b.level - a.level || a.order - b.order).map(({ line }) => line)
  }

  /** Folds what no longer has room, the lowest and newest first. */
  private settle(): void {
    const since = this.now() - this.limits.windowMs
    const recent = [...this.entries.values()].filter((entry) => entry.at > since)
    const spent = recent.filter((entry) => entry.gone && !entry.folded).length
    const open = recent
      .filter((entry) => !entry.gone && !entry.folded)
      .sort((a, b) => b.alarm.level - a.alarm.level || a.order - b.order)
    const folded = [...this.entries.values()].filter((entry) => entry.folded && !entry.gone)
    if (folded.length === 0) this.grain = 'grid'
    const { kept, grain } = this.split(open, folded, Math.max(0, this.limits.lines - spent))
    for (const entry of open.slice(kept)) entry.folded = true
    this.grain = grain
  }

  /** How many of `open` stay single, and how wide the groups are. */
  private split(open: Entry<A>[], folded: Entry<A>[], most: number): { kept: number; grain: Grain } {
    const enough = Math.min(this.limits.keepSingle, open.length, most)
    for (const grain of GRAINS.slice(GRAINS.indexOf(this.grain))) {
      for (let kept = Math.min(open.length, most); kept >= 0; kept--) {
        const groups = new Set([...folded, ...open.slice(kept)].map(({ alarm }) => placeAt(alarm, grain))).size
        if (kept + groups > this.limits.lines) continue
        if (kept >= enough || grain === 'all') return { kept, grain }
        break
      }
    }
    return { kept: 0, grain: 'all' }
  }

  /** What is gone and out of the window has no more part in anything. */
  private forget(): void {
    const since = this.now() - this.limits.windowMs
    for (const [id, entry] of this.entries) if (entry.gone && entry.at <= since) this.entries.delete(id)
  }
}

function single<A extends FoldableAlarm>(entry: Entry<A>): FoldLine<A> & { kind: 'single' } {
  return { kind: 'single', key: entry.alarm.id, alarm: entry.alarm }
}

function group<A extends FoldableAlarm>(place: string | null, entries: Entry<A>[]): FoldLine<A> & { kind: 'group' } {
  const alarms = [...entries].sort((a, b) => b.order - a.order).map(({ alarm }) => alarm)
  return { kind: 'group', key: `place ${place ?? ''}`, place, level: Math.max(...alarms.map(({ level }) => level)), alarms }
}
