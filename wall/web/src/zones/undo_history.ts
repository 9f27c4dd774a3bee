/** What was, to go back to it and forward again. States are not changed once they are in here. */
export class UndoHistory<State> {
  private readonly past: State[] = []
  private future: State[] = []
  private mark = ''

  constructor(private current: State, private readonly most = 100) {}

  get now(): State {
    return this.current
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  /** Steps under one `mark` in a row, such as those of one drag, are undone as one. */
  put(state: State, mark = ''): void {
    if (!mark || mark !== this.mark) {
      this.past.push(this.current)
      if (this.past.length > this.most) this.past.shift()
    }
    this.mark = mark
    this.current = state
    this.future = []
  }

  /** The next step is one of its own. */
  settle(): void {
    this.mark = ''
  }

  undo(): State {
    const before = this.past.pop()
    if (before !== undefined) {
      this.future.push(this.current)
      this.current = before
    }
    this.mark = ''
    return this.current
  }

  redo(): State {
    const after = this.future.pop()
    if (after !== undefined) {
      this.past.push(this.current)
      this.current = after
    }
    this.mark = ''
    return this.current
  }
}
