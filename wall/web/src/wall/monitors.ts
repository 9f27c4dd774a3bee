import { ref } from 'vue'

/** A monitor that has said nothing for so long is taken for closed. */
const SILENT_MS = 5_000
const BEAT_MS = 1_500
const CHANNEL = 'gridwatch.monitors'
export const MONITORS_MAX = 8

type Message =
  | { type: 'here'; monitor: number; account: string }
  | { type: 'gone'; monitor: number; account: string }
  | { type: 'put'; to: number; camera: string; account: string }

/** Which monitor of the room an address is; the first has no number in it. */
export function monitorOf(search: string): number {
  const number = Number(new URLSearchParams(search).get('monitor') ?? '1')
  return Number.isInteger(number) && number >= 1 && number <= MONITORS_MAX ? number : 1
}

/** The windows of one room in one browser: who is there, and cameras sent from one to the other. Only those of the same account. */
export class Monitors {
  /** Numbers of the other windows that are open, in order. */
  readonly others = ref<number[]>([])
  onCamera: (camera: string) => void = () => {}
  private readonly channel = new BroadcastChannel(CHANNEL)
  private readonly heard = new Map<number, number>()
  private readonly timer: ReturnType<typeof setInterval>
  private readonly onHide = (): void => this.say({ type: 'gone', monitor: this.own, account: this.account })

  constructor(
    readonly own: number,
    private readonly account: string,
  ) {
    this.channel.onmessage = (event: MessageEvent<Message>) => this.hear(event.data)
    this.timer = setInterval(() => this.beat(), BEAT_MS)
    window.addEventListener('pagehide', this.onHide)
    this.beat()
  }

  private say(message: Message): void {
    this.channel.postMessage(message)
  }

  private beat(): void {
    this.say({ type: 'here', monitor: this.own, account: this.account })
    const oldest = Date.now() - SILENT_MS
    for (const [monitor, at] of this.heard) if (at < oldest) this.heard.delete(monitor)
    this.tell()
  }

  private hear(message: Message): void {
    if (message.account !== this.account) return
    if (message.type === 'put') {
      if (message.to === this.own) this.onCamera(message.camera)
      return
    }
    if (message.monitor === this.own) return
    const known = this.heard.has(message.monitor)
    if (message.type === 'here') this.heard.set(message.monitor, Date.now())
    else this.heard.delete(message.monitor)
    // A window that has just opened is answered at once.
    if (message.type === 'here' && !known) this.say({ type: 'here', monitor: this.own, account: this.account })
    this.tell()
  }

  private tell(): void {
    const now = [...this.heard.keys()].sort((a, b) => a - b)
    if (now.join() !== this.others.value.join()) this.others.value = now
  }

  /** The lowest number no window has. */
  get free(): number | null {
    for (let n = 2; n <= MONITORS_MAX; n++) if (n !== this.own && !this.heard.has(n)) return n
    return null
  }

  send(camera: string, to: number): void {
    this.say({ type: 'put', to, camera, account: this.account })
  }

  stop(): void {
    this.onHide()
    clearInterval(this.timer)
    window.removeEventListener('pagehide', this.onHide)
    this.channel.close()
  }
}

interface ScreenPlace {
  availLeft: number
  availTop: number
  availWidth: number
  availHeight: number
}

interface ScreenDetails {
  screens: ScreenPlace[]
  currentScreen: ScreenPlace
}

/** The screen a further window should fill: the n-th besides this one. Null where the browser does not tell. */
async function screenFor(monitor: number): Promise<ScreenPlace | null> {
  const ask = (window as { getScreenDetails?: () => Promise<ScreenDetails> }).getScreenDetails
  if (!ask) return null
  try {
    const { screens, currentScreen } = await ask.call(window)
    return screens.filter((one) => one !== currentScreen)[monitor - 2] ?? null
  } catch (error) {
    // Not granted: the operator puts the window where it belongs by hand.
    if (error instanceof DOMException) return null
    throw error
  }
}

/** Opens the window of another monitor, on a screen of its own where the browser allows. False: it was blocked. */
export async function openMonitor(monitor: number): Promise<boolean> {
  const url = `${location.pathname}?monitor=${monitor}`
  const place = await screenFor(monitor)
  const where = place
    ? `popup,left=${place.availLeft},top=${place.availTop},width=${place.availWidth},height=${place.availHeight}`
    : `popup,width=${Math.min(1920, screen.availWidth)},height=${Math.min(1080, screen.availHeight)}`
  const opened = window.open(url, `gridwatch-monitor-${monitor}`, where)
  opened?.focus()
  return opened !== null
}
