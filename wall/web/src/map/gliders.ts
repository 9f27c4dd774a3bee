import { latOf, lonOf, worldX, worldY } from './mercator'

/** A thing's position between two reports, for thousands of them: columns of numbers instead of objects. */
const LONGEST_GLIDE_MS = 12_000
const SHORTEST_GLIDE_MS = 400
/** Farther than this is a correction or a new day, not a walk: jump. Of the world's width, about 1.5 km. */
const JUMP = 4e-5
const GROWTH = 1024

export class Gliders<T> {
  private readonly rows = new Map<number, number>()
  private readonly numbers: number[] = []
  private readonly things: T[] = []
  private fromX = new Float64Array(GROWTH)
  private fromY = new Float64Array(GROWTH)
  private toX = new Float64Array(GROWTH)
  private toY = new Float64Array(GROWTH)
  private startedAt = new Float64Array(GROWTH)
  private duration = new Float64Array(GROWTH)
  private heardAt = new Float64Array(GROWTH)
  private lastEnd = 0

  get size(): number {
    return this.things.length
  }

  /** A new one stands where it is told; of one that is there already only what it is changes, and its place by gliding. */
  put(number: number, thing: T, lon: number, lat: number, now: number): void {
    const row = this.rows.get(number)
    if (row !== undefined) {
      if (this.things[row] === thing) return
      this.things[row] = thing
      this.move(number, lon, lat, now)
      return
    }
    const added = this.things.length
    if (added >= this.fromX.length) this.grow()
    this.rows.set(number, added)
    this.numbers.push(number)
    this.things.push(thing)
    this.fromX[added] = this.toX[added] = worldX(lon)
    this.fromY[added] = this.toY[added] = worldY(lat)
    this.startedAt[added] = this.heardAt[added] = now
    this.duration[added] = 0
  }

  /** Glides to the new place in about the time that passed since the last report; nothing for numbers not known. */
  move(number: number, lon: number, lat: number, now: number): void {
    const row = this.rows.get(number)
    if (row === undefined) return
    const x = worldX(lon)
    const y = worldY(lat)
    if (x === this.toX[row] && y === this.toY[row]) {
      this.heardAt[row] = now
      return
    }
    const part = this.part(row, now)
    const fromX = this.between(this.fromX, this.toX, row, part)
    const fromY = this.between(this.fromY, this.toY, row, part)
    const jump = Math.hypot(x - fromX, y - fromY) > JUMP
    this.fromX[row] = jump ? x : fromX
    this.fromY[row] = jump ? y : fromY
    this.toX[row] = x
    this.toY[row] = y
    const took = jump ? 0 : Math.min(LONGEST_GLIDE_MS, Math.max(SHORTEST_GLIDE_MS, now - (this.heardAt[row] ?? now)))
    this.duration[row] = took
    this.startedAt[row] = this.heardAt[row] = now
    this.lastEnd = Math.max(this.lastEnd, now + took)
  }

  /** Leaves only these. */
  keep(numbers: ReadonlySet<number>): void {
    if (numbers.size === this.things.length) return
    for (let row = this.things.length - 1; row >= 0; row--) {
      const number = this.numbers[row] ?? -1
      if (!numbers.has(number)) this.drop(row, number)
    }
  }

  /** Somebody is between two places. */
  isMoving(now: number): boolean {
    return now < this.lastEnd
  }

  /** lon, lat. */
  position(number: number, now: number): [number, number] | null {
    const row = this.rows.get(number)
    if (row === undefined) return null
    const part = this.part(row, now)
    return [lonOf(this.between(this.fromX, this.toX, row, part)), latOf(this.between(this.fromY, this.toY, row, part))]
  }

  each(now: number, visit: (thing: T, lon: number, lat: number) => void): void {
    this.eachWorld(now, (thing, x, y) => visit(thing, lonOf(x), latOf(y)))
  }

  /** With fractions of the world, as shapes have them. */
  eachWorld(now: number, visit: (thing: T, x: number, y: number) => void): void {
    this.things.forEach((thing, row) => {
      const part = this.part(row, now)
      visit(thing, this.between(this.fromX, this.toX, row, part), this.between(this.fromY, this.toY, row, part))
    })
  }

  private part(row: number, now: number): number {
    const took = this.duration[row] ?? 0
    return took <= 0 ? 1 : Math.min(1, Math.max(0, (now - (this.startedAt[row] ?? 0)) / took))
  }

  private between(from: Float64Array, to: Float64Array, row: number, part: number): number {
    const begun = from[row] ?? 0
    return begun + ((to[row] ?? 0) - begun) * part
  }

  /** The last takes its place. */
  private drop(row: number, number: number): void {
    const last = this.things.length - 1
    const [lastNumber, lastThing] = [this.numbers.pop(), this.things.pop()]
    this.rows.delete(number)
    if (row === last || lastNumber === undefined || lastThing === undefined) return
    this.numbers[row] = lastNumber
    this.things[row] = lastThing
    this.rows.set(lastNumber, row)
    for (const column of this.columns()) column[row] = column[last] ?? 0
  }

  private columns(): Float64Array[] {
    return [this.fromX, this.fromY, this.toX, this.toY, this.startedAt, this.duration, this.heardAt]
  }

  private grow(): void {
    const grown = this.columns().map((column) => {
      const wider = new Float64Array(column.length * 2)
      wider.set(column)
      return wider
    })
    const empty = new Float64Array(0)
    const [a = empty, b = empty, c = empty, d = empty, e = empty, f = empty, g = empty] = grown
    Object.assign(this, { fromX: a, fromY: b, toX: c, toY: d, startedAt: e, duration: f, heardAt: g })
  }
}
