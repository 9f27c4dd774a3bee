/** Which rows are chosen, by mouse and by keys, as in any list of files. Pure but for what it holds. */
import { ref, shallowReactive, type Ref } from 'vue'

export class Selection {
  readonly ids = shallowReactive(new Set<string>())
  /** The row with the keyboard's mark, by index into the list on view. */
  readonly active: Ref<number> = ref(0)
  private anchor = 0

  constructor(private readonly listed: () => readonly string[]) {}

  toggle(index: number): void {
    const id = this.listed()[index]
    if (id === undefined) return
    this.active.value = this.anchor = index
    if (!this.ids.delete(id)) this.ids.add(id)
  }

  /** From the row chosen last to this one. */
  extend(index: number): void {
    const list = this.listed()
    const [from, to] = [Math.min(this.anchor, index), Math.max(this.anchor, index)]
    for (const id of list.slice(Math.max(0, from), to + 1)) this.ids.add(id)
    this.active.value = clamp(index, list.length)
  }

  all(): void {
    for (const id of this.listed()) this.ids.add(id)
  }

  none(): void {
    this.ids.clear()
  }

  /** Drops what is there no more. */
  keepOnly(there: ReadonlySet<string>): void {
    for (const id of [...this.ids]) if (!there.has(id)) this.ids.delete(id)
  }

  /** What a key does. True: it did something, and the page need not scroll. `open` is told of Enter. */
  key(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>, page: number, open: (index: number) => void): boolean {
    const last = this.listed().length - 1
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }
    const step = steps[event.key]
    if (step !== undefined) {
      const next = clamp(this.active.value + step, last + 1)
      if (event.shiftKey) this.extend(next)
      else this.active.value = this.anchor = next
      return true
    }
    if (event.key === ' ') this.toggle(this.active.value)
    else if (event.key === 'Enter') open(this.active.value)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) this.all()
    else if (event.key === 'Escape' && this.ids.size > 0) this.none()
    else return false
    return true
  }
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index))
}
