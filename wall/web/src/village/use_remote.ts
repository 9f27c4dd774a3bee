import { nextTick, onBeforeUnmount, onMounted, type Ref } from 'vue'
import { remoteKey, type RemoteKey } from './remote_keys'
import { nextBox, type Direction } from './spatial'

/** What can take the focus. Within a sheet only what lies in the sheet. */
const FOCUSABLE = 'button:not(:disabled), input, [tabindex].tile'
const WRITING = 'input, textarea'

function inSight(element: HTMLElement): boolean {
  if (element.closest('[inert]') || element.matches('.warm, .covered, .vacant')) return false
  const { width, height } = element.getBoundingClientRect()
  return width > 0 && height > 0 && getComputedStyle(element).visibility !== 'hidden'
}

/** Keys of a remote control on a page: arrows move the focus to what lies there, the rest is told by its meaning. */
export class RemoteFocus {
  /** What has the focus without anybody having moved it there. */
  private settled: HTMLElement | null = null

  constructor(private readonly root: () => HTMLElement | null) {}

  /** The sheet on top, where there is one; else the page. */
  private ground(): HTMLElement | null {
    const root = this.root()
    const sheets = root?.querySelectorAll<HTMLElement>('[data-sheet]')
    return sheets?.length ? (sheets[sheets.length - 1] ?? null) : root
  }

  private choices(): HTMLElement[] {
    return [...(this.ground()?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter(inSight)
  }

  focused(): HTMLElement | null {
    const element = document.activeElement
    const ground = this.ground()
    return element instanceof HTMLElement && element !== document.body && ground?.contains(element) ? element : null
  }

  move(direction: Direction): void {
    const choices = this.choices()
    const from = this.focused()
    const index = from ? choices.indexOf(from) : -1
    this.settled = null
    const next = index < 0 ? 0 : nextBox(choices.map((one) => one.getBoundingClientRect()), index, direction)
    this.to(choices[next])
  }

  /** Where nobody has put the focus it goes to the first thing marked `data-first` or the first picture, else to the first
   * of all. To be called again when something better to begin with has come. */
  async settle(): Promise<void> {
    await nextTick()
    const focused = this.focused()
    if (focused && focused !== this.settled) return
    const choices = this.choices()
    this.settled = choices.find((one) => one.matches('[data-first], .tile')) ?? choices[0] ?? null
    this.to(this.settled)
  }

  to(element: HTMLElement | null | undefined): void {
    element?.focus({ preventScroll: true })
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
}

/** `onKey` answers whether it took the key; what it leaves goes to whatever has the focus. */
export function useRemote(root: Ref<HTMLElement | null>, onKey: (key: RemoteKey, focused: HTMLElement | null) => boolean): RemoteFocus {
  const focus = new RemoteFocus(() => root.value)

  function onPress(event: KeyboardEvent): void {
    const target = event.target instanceof HTMLElement ? event.target : null
    const key = remoteKey(event, target?.matches(WRITING) ?? false)
    if (!key) return
    if (key.kind === 'move') focus.move(key.direction)
    else if (!onKey(key, focus.focused())) return
    event.preventDefault()
    event.stopPropagation()
  }

  // Before the tiles hear of it: their own keys are those of an operator's wall.
  onMounted(() => {
    window.addEventListener('keydown', onPress, true)
    void focus.settle()
  })
  onBeforeUnmount(() => window.removeEventListener('keydown', onPress, true))
  return focus
}
