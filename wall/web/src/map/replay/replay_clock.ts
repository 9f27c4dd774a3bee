/** The time that is shown while a past day is replayed. Pure: the beat says how much real time has passed. */
export const SPEEDS = [1, 10, 60, 300, 600] as const
export type Speed = (typeof SPEEDS)[number]

export class ReplayClock {
  /** Unix seconds. */
  at: number
  speed: Speed = 60
  playing = false

  constructor(
    readonly from: number,
    readonly until: number,
  ) {
    this.at = from
  }

  /** Goes on by so many real seconds; stops at the end. */
  beat(seconds: number): void {
    if (!this.playing) return
    this.seek(this.at + seconds * this.speed)
    if (this.at >= this.until) this.playing = false
  }

  seek(at: number): void {
    this.at = Math.min(this.until, Math.max(this.from, at))
  }
}

export interface Fixes {
  /** [at, lon, lat], oldest first. */
  fixes: readonly (readonly [number, number, number])[]
}

/** A gap longer than this is no walk: he is not shown within it. */
const GAP_SECONDS = 600

/** Where somebody was, between two fixes on the straight line; null before, after and in gaps. */
export function placeAt({ fixes }: Fixes, at: number): [number, number] | null {
  let [low, high] = [0, fixes.length - 1]
  const first = fixes[0]
  const last = fixes[high]
  if (!first || !last || at < first[0] || at > last[0] + GAP_SECONDS) return null
  if (at >= last[0]) return [last[1], last[2]]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((fixes[middle]?.[0] ?? 0) <= at) low = middle
    else high = middle
  }
  const [a, b] = [fixes[low] ?? first, fixes[high] ?? last]
  if (b[0] - a[0] > GAP_SECONDS) return at - a[0] < GAP_SECONDS ? [a[1], a[2]] : null
  const part = b[0] > a[0] ? Math.min(1, (at - a[0]) / (b[0] - a[0])) : 0
  return [a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part]
}

/** Midnight to midnight in the town, of a day as 2026-11-22; 23 or 25 hours where clocks are changed. Unix seconds. */
export function dayIn(day: string, timezone: string): [number, number] {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return [midnight(day, timezone), midnight(next, timezone)]
}

function midnight(day: string, timezone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  let guess = utc
  // Twice: the offset at the first guess may be that of the other side of a change.
  for (let turn = 0; turn < 2; turn++) guess = utc - offsetMs(guess, timezone)
  return guess / 1000
}

function offsetMs(at: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(at)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}

/** The day in the town at a moment, as 2026-11-22. */
export function dayOf(at: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(at * 1000)
}
