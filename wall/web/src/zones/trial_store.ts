import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { ApiError } from '../api/client'
import type { Room } from '../stores/room'
import type { TrialAnswer, ZoneValues } from './zone_types'

const POLL_MS = 500
const UNDER_WAY: ReadonlySet<string> = new Set(['waiting', 'uploading', 'queued', 'running'])

export interface TrialOptions {
  camera: string
  view: string | null
  zones: ZoneValues[]
  dwell_seconds: number | null
  interval_seconds?: number
  evidence?: string
  upload?: boolean
}

/** One trial of zones at a time, and what it has found. */
export class TrialStore {
  readonly answer = shallowRef<TrialAnswer | null>(null)
  /** Of the upload, 0 to 1; null while nothing is sent. */
  readonly sent = ref<number | null>(null)
  readonly underWay = computed(() => this.sent.value !== null || UNDER_WAY.has(this.answer.value?.state ?? ''))
  private timer: ReturnType<typeof setTimeout> | undefined
  private request: XMLHttpRequest | null = null

  constructor(private readonly room: Room) {
    onScopeDispose(() => void this.stop())
  }

  /** Raises ApiError. */
  async start(options: TrialOptions, clip?: File): Promise<void> {
    await this.stop()
    this.answer.value = null
    let answer = await this.room.api.call<TrialAnswer>('POST', '/trials', options)
    this.answer.value = answer
    if (clip) answer = await this.send(answer.id, clip)
    this.answer.value = answer
    this.follow()
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer)
    this.request?.abort()
    const id = this.answer.value?.id
    if (!id || !this.underWay.value) return
    try {
      await this.room.api.call('DELETE', `/trials/${encodeURIComponent(id)}`)
      await this.look()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error // gone already is as good as ended
    }
  }

  pictureUrl(number: number): string {
    return `/api/v1/trials/${encodeURIComponent(this.answer.value?.id ?? '')}/pictures/${number}.jpg`
  }

  /** The picture looked at last. */
  get lastPicture(): string | null {
    const pictures = this.answer.value?.pictures ?? 0
    return pictures > 0 ? this.pictureUrl(pictures - 1) : null
  }

  private follow(): void {
    clearTimeout(this.timer)
    if (UNDER_WAY.has(this.answer.value?.state ?? '')) this.timer = setTimeout(() => void this.look().then(() => this.follow()), POLL_MS)
  }

  private async look(): Promise<void> {
    const id = this.answer.value?.id
    if (!id) return
    try {
      const answer = await this.room.api.call<TrialAnswer>('GET', `/trials/${encodeURIComponent(id)}`)
      if (this.answer.value?.id === id) this.answer.value = answer
    } catch (error) {
      // The network comes back; a trial that is gone was ended elsewhere.
      if (!(error instanceof ApiError)) throw error
      if (error.status === 404) this.answer.value = null
    }
  }

  /** fetch does not tell how much has been sent. */
  private send(id: string, clip: File): Promise<TrialAnswer> {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest())
      request.open('PUT', `/api/v1/trials/${encodeURIComponent(id)}/clip`)
      request.responseType = 'json'
      request.upload.onprogress = (event) => (this.sent.value = event.total ? event.loaded / event.total : 0)
      request.onloadend = () => {
        this.sent.value = null
        this.request = null
        const body = request.response as (TrialAnswer & { error?: { code: string; message: string; text?: { zh: string; en: string } } }) | null
        if (request.status === 200 && body) return resolve(body)
        const error = body?.error
        reject(new ApiError(request.status, request.status ? (error?.code ?? '') : 'network', error?.message ?? request.statusText, 'clip', error?.text ?? null))
      }
      this.sent.value = 0
      request.send(clip)
    })
  }
}
