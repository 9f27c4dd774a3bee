import { inject, ref, shallowRef, type InjectionKey } from 'vue'
import { ApiClient, ApiError } from '../api/client'
import { Room } from './room'

/** `powerless`: signed in, with nothing to see: no role, or a post's staff without a post. */
export type Phase = 'loading' | 'set-up' | 'sign-in' | 'room' | 'unreachable' | 'powerless'

const RETRY_MS = 3_000

/** From opening the page to the room and back: which of the pages is shown. */
export class Session {
  readonly api = new ApiClient()
  readonly phase = ref<Phase>('loading')
  readonly room = shallowRef<Room | null>(null)
  /** The session ended without the user's doing. */
  readonly ended = ref(false)

  constructor() {
    this.api.onUnauthorised = () => {
      if (this.room.value) this.leave(true)
    }
  }

  /** Finds out where to begin; keeps trying while there is no server. */
  async begin(): Promise<void> {
    try {
      if ((await this.api.setupState()).needed) this.phase.value = 'set-up'
      else await this.enter()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 401) {
        this.phase.value = 'sign-in'
        return
      }
      this.phase.value = 'unreachable'
      setTimeout(() => void this.begin(), RETRY_MS)
    }
  }

  /** Enters the room with the session the browser holds. Raises `ApiError` (401: there is none). */
  async enter(): Promise<void> {
    try {
      await this.open()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error
      this.phase.value = 'powerless'
    }
  }

  private async open(): Promise<void> {
    const [me, town] = await Promise.all([this.api.me(), this.api.town()])
    const room = new Room(this.api, me, town)
    room.onRevoked = () => this.leave(true)
    try {
      await room.load()
    } catch (error) {
      room.stop()
      throw error
    }
    this.ended.value = false
    this.room.value = room
    this.phase.value = 'room'
  }

  async setUp(form: { code: string; username: string; password: string; name: string }): Promise<void> {
    await this.api.setUp(form)
    await this.enter()
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.api.signIn(username, password)
    await this.enter()
  }

  /** Sets the password of whoever was handed the one-time code, and enters with it. Raises `ApiError`. */
  async signInByCode(form: { username: string; code: string; password: string }): Promise<void> {
    await this.api.signInByCode(form)
    await this.enter()
  }

  async signOut(): Promise<void> {
    await this.api.signOut()
    this.leave(false)
  }

  private leave(unasked: boolean): void {
    this.room.value?.stop()
    this.room.value = null
    this.ended.value = unasked
    this.phase.value = 'sign-in'
  }
}

export const SESSION: InjectionKey<Session> = Symbol('session')

export function useSession(): Session {
  const session = inject(SESSION)
  if (!session) throw new Error('no session is provided above this component')
  return session
}
