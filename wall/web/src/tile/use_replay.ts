import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import type { TileContext } from './tile_context'
import { Replay } from './replay'

/** More than a ring usually holds: the server sends what there is. */
const ASKED_SECONDS = 60
const SEEK_SECONDS = 2

/** The replay over one tile, if there is one. Its pictures go into `stage`. */
export function useReplay(camera: () => string | null, { room }: TileContext, stage: Readonly<Ref<HTMLElement | null>>) {
  const replay = shallowRef<Replay | null>(null)
  /** Counts the replay's changes, for what is drawn from it. */
  const version = ref(0)

  function open(): void {
    const id = camera()
    if (!room || !id || replay.value) return
    const made = new Replay(() => version.value++)
    replay.value = made
    void made.open(room.api.clip(id, ASKED_SECONDS))
  }

  function close(): void {
    replay.value?.stop()
    replay.value = null
  }

  function toggle(): void {
    if (replay.value) close()
    else open()
  }

  /** True if the key was one of the replay's. */
  function onKey(key: string): boolean {
    const now = replay.value
    if (!now) return false
    if (key === ' ') now.toggle()
    else if (key === ',' || key === '<') now.step(-1)
    else if (key === '.' || key === '>') now.step(1)
    else if (key === 'ArrowLeft') now.seek(now.position - SEEK_SECONDS)
    else if (key === 'ArrowRight') now.seek(now.position + SEEK_SECONDS)
    else if (key === 'i' || key === 'I') now.mark('in')
    else if (key === 'o' || key === 'O') now.mark('out')
    else if (key === 'Escape') close()
    else return false
    return true
  }

  watch([replay, stage], ([now, place]) => {
    if (now && place) place.append(now.video)
  }, { flush: 'post' })
  onBeforeUnmount(close)
  return { replay, version, open, close, toggle, onKey }
}
