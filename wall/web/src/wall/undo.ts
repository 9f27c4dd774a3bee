/** Steps back and forth through states that are never changed in place. */
export class Undo<T> {
  private readonly past: T[] = []
  private future: T[] = []

  constructor(private readonly steps = 200) {}

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  /** `before`: the state that is about to be left. What was undone cannot be redone any more. */
  record(before: T): void {
    this.past.push(before)
    if (this.past.length > this.steps) this.past.shift()
    this.future = []
  }

  /** The state before `now`; null when there is none. */
  undo(now: T): T | null {
    const before = this.past.pop()
    if (before === undefined) return null
    this.future.push(now)
    return before
  }

  redo(now: T): T | null {
    const after = this.future.pop()
    if (after === undefined) return null
    this.past.push(now)
    return after
  }
}
