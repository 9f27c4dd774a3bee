import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import type { Bilingual } from '../api/types'
import { LiveLine } from './live_line'
import { Microphone, type MicrophoneProblem } from './microphone'
import { TalkClient } from './talk_client'
import type { Announcement, Choice, Speaker, SpeakerNews, Talk, TalkOptions, Target } from './talk_types'

const POLL_MS = 400

/** A case somebody speaks for. */
export interface TalkCase {
  id: string
  number: string
}

/** What the page knows of loudspeakers, which of them are chosen, and what is being said. */
export class TalkStore {
  readonly client: TalkClient
  readonly microphone = new Microphone()
  readonly speakers = shallowReactive(new Map<string, Speaker>())
  readonly chosen = shallowReactive(new Set<string>())
  readonly forCase = shallowRef<TalkCase | null>(null)
  readonly talk = shallowRef<Talk | null>(null)
  readonly announcements = shallowRef<Announcement[]>([])
  readonly latency = ref<number | null>(null)
  readonly holding = ref(false)
  readonly microphoneProblem = ref<MicrophoneProblem | null>(null)
  /** Newest refusal, in words. */
  readonly problem = shallowRef<Bilingual | null>(null)
  readonly takeOver = ref(false)
  readonly inQuietHours = ref(false)
  readonly longestSeconds = ref(60)
  readonly maySpeak: boolean
  /** The newest talk's word on each of its loudspeakers. */
  readonly results = computed(() => new Map<string, Target>((this.talk.value?.targets ?? []).map((target) => [target.loudspeaker, target])))
  readonly goingOn = computed(() => this.talk.value !== null && !this.talk.value.over)
  readonly listed = computed(() => [...this.chosen].flatMap((id) => this.speakers.get(id) ?? []))
  readonly anyQuiet = computed(() => this.listed.value.some((one) => one.quiet))
  readonly mayInQuietHours = computed(() => this.listed.value.some((one) => one.quiet && one.may_in_quiet_hours))
  readonly anyBusy = computed(() => this.listed.value.some((one) => one.holder !== null && one.holder.id !== this.me))
  private line: LiveLine | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  /** The panel must be in view; set by the map. */
  openPanel: () => void = () => {}

  constructor(api: ApiClient, permissions: ReadonlySet<string>, private readonly me: string, private readonly liveUrl: string) {
    this.client = new TalkClient(api)
    this.maySpeak = permissions.has('loudspeaker.speak')
    this.microphone.onFrame = (frame) => this.line?.frame(frame)
  }

  async load(): Promise<void> {
    const { items, longest_seconds } = await this.client.speakers()
    this.longestSeconds.value = longest_seconds
    const there = new Set(items.map(({ id }) => id))
    for (const id of this.speakers.keys()) if (!there.has(id)) this.speakers.delete(id)
    for (const id of this.chosen) if (!there.has(id)) this.chosen.delete(id)
    for (const one of items) this.speakers.set(one.id, one)
  }

  apply(news: SpeakerNews): void {
    const known = this.speakers.get(news.id)
    if (known) this.speakers.set(news.id, { ...known, ...news })
  }

  toggle(id: string): void {
    if (this.chosen.has(id)) this.chosen.delete(id)
    else if (this.speakers.get(id)?.may_speak) this.chosen.add(id)
  }

  /** Adds those that are understood there; how many. */
  async choose(choice: Choice): Promise<number> {
    const ids = await this.attempt(() => this.client.choose(choice))
    for (const id of ids ?? []) this.chosen.add(id)
    return ids?.length ?? 0
  }

  /** Somebody wants to speak here: this one alone, or those that reach a case. */
  async open(about: { speaker: string } | { case: TalkCase }): Promise<void> {
    this.chosen.clear()
    if (!this.goingOn.value) this.talk.value = null
    this.problem.value = null
    this.forCase.value = 'case' in about ? about.case : null
    this.openPanel()
    if ('speaker' in about) this.toggle(about.speaker)
    else await this.choose({ case: about.case.id })
  }

  async say(words: { text: string } | { announcement: string }, repeat: number): Promise<void> {
    const talk = await this.attempt(() => this.client.say(words, repeat, this.options()))
    if (!talk) return
    this.talk.value = talk
    this.follow()
  }

  async stopTalk(): Promise<void> {
    this.release()
    const id = this.talk.value?.id
    if (!id) return
    const talk = await this.attempt(() => this.client.stop(id))
    if (talk) this.talk.value = talk
    this.follow()
  }

  /** The key is held: the microphone first, so that nothing is opened for nobody. */
  async hold(): Promise<void> {
    if (this.holding.value || this.goingOn.value || !this.chosen.size) return
    this.holding.value = true
    this.problem.value = null
    this.latency.value = null
    this.microphoneProblem.value = await this.microphone.open()
    if (!this.holding.value || this.microphoneProblem.value) {
      this.holding.value = false
      return
    }
    const line: LiveLine = new LiveLine(this.liveUrl, this.options(), {
      talk: (talk) => (this.talk.value = talk),
      latency: (ms) => (this.latency.value = ms),
      refused: (text) => (this.problem.value = text),
      closed: (lost) => this.closed(line, lost),
    })
    this.line = line
  }

  release(): void {
    this.holding.value = false
    this.line?.end()
  }

  /** The panel is closed: nothing is said by somebody who does not see it. */
  leave(): void {
    this.release()
    this.microphone.close()
  }

  async loadAnnouncements(): Promise<void> {
    this.announcements.value = (await this.attempt(() => this.client.announcements())) ?? []
  }

  stop(): void {
    clearTimeout(this.timer)
    this.leave()
  }

  private closed(line: LiveLine, lost: boolean): void {
    if (this.line !== line) return
    this.line = null
    this.holding.value = false
    // The server stops what was said; how it ended it tells by HTTP once there is a connection again.
    if (lost) this.follow()
  }

  private options(): TalkOptions {
    return {
      loudspeakers: [...this.chosen],
      ...(this.forCase.value ? { case: this.forCase.value.id } : {}),
      ...(this.takeOver.value ? { take_over: true } : {}),
      ...(this.inQuietHours.value ? { in_quiet_hours: true } : {}),
    }
  }

  private follow(): void {
    clearTimeout(this.timer)
    const talk = this.talk.value
    if (!talk || talk.over) return
    this.timer = setTimeout(() => void this.ask(talk.id), POLL_MS)
  }

  private async ask(id: string): Promise<void> {
    try {
      const talk = await this.client.talk(id)
      if (this.talk.value?.id === id) this.talk.value = talk
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 404) this.talk.value = null
    }
    this.follow()
  }

  private async attempt<T>(request: () => Promise<T>): Promise<T | null> {
    this.problem.value = null
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem.value = error.text ?? { zh: error.message, en: error.message }
      return null
    }
  }
}
