import type { ApiClient } from '../api/client'
import type { Announcement, Choice, Speaker, Talk, TalkOptions } from './talk_types'

/** The HTTP interface of loudspeakers. */
export class TalkClient {
  constructor(private readonly api: ApiClient) {}

  speakers = (): Promise<{ items: Speaker[]; longest_seconds: number; at_once: number }> => this.api.call('GET', '/loudspeakers')
  /** Ids, the nearest first. */
  choose = async (choice: Choice): Promise<string[]> =>
    (await this.api.call<{ items: { id: string }[] }>('POST', '/loudspeakers/choice', choice)).items.map(({ id }) => id)
  say = (words: { text: string } | { announcement: string }, repeat: number, options: TalkOptions): Promise<Talk> =>
    this.api.call('POST', '/talks', { ...words, repeat, ...options })
  talk = (id: string): Promise<Talk> => this.api.call('GET', `/talks/${encodeURIComponent(id)}`)
  stop = (id: string): Promise<Talk> => this.api.call('DELETE', `/talks/${encodeURIComponent(id)}`)
  announcements = async (): Promise<Announcement[]> => (await this.api.call<{ items: Announcement[] }>('GET', '/announcements')).items
  remove = (id: string): Promise<unknown> => this.api.call('DELETE', `/announcements/${encodeURIComponent(id)}`)
  soundUrl = (id: string): string => `/api/v1/announcements/${encodeURIComponent(id)}/sound.wav`

  keep(area: string, name: string, text: string, file: Blob): Promise<Announcement> {
    const body = new FormData()
    body.set('file', file, 'announcement.wav')
    body.set('area', area)
    body.set('name', name)
    body.set('text', text)
    return this.api.upload('/announcements', body)
  }
}
