import { ref } from 'vue'
import { ApiError } from '../api/client'
import type { Camera } from '../api/types'
import { useLanguage } from '../i18n'
import { announcer } from './announcer'
import { fileName, saveFile, stamp } from './file_name'
import { Mp4Error } from './mp4'
import type { Replay } from './replay'
import { copyPicture, still, toBlob, withWriting, type Drawable } from './snapshot'
import type { TileContext } from './tile_context'
import type { Box } from './zoom'

const NOTICE_MS = 4_000
export const CLIP_SECONDS = 20

/** What the tile shows at this moment: its picture, when that was, and what has to be said of it. */
export interface OnView {
  source: Drawable | null
  /** Unix ms by the server's clock. */
  at: number
  /** The part the zoom leaves; null for all of it. */
  part: Box | null
  /** Stale, from a replay, zoomed: so that a saved picture is never taken for more than it is. */
  remarks: string[]
}

/** Pictures and clips that leave a tile, and the line that says so. */
export function useTileFiles(camera: () => Camera | null, areaName: () => string, { timezone, room }: TileContext, onView: () => OnView) {
  const { t, name } = useLanguage()
  const notice = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(text: string): void {
    notice.value = text
    announcer().say(text)
    clearTimeout(timer)
    timer = setTimeout(() => (notice.value = ''), NOTICE_MS)
  }

  /** Says what went wrong instead of doing nothing. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Mp4Error || error instanceof DOMException || error instanceof RangeError)) throw error
      tell(t('tileAct.failed', { reason: error.message || t('errors.network') }))
    }
  }

  async function drawn(writing: boolean, part: Box | null): Promise<{ canvas: HTMLCanvasElement; at: number } | null> {
    const { source, at, remarks } = onView()
    const one = camera()
    const picture = source && one ? still(source, part) : null
    if (!picture || !one) {
      tell(t('tileAct.noPicture'))
      return null
    }
    if (!writing) return { canvas: picture, at }
    const left = [name(one), areaName(), ...remarks].filter(Boolean).join(' · ')
    return { canvas: await withWriting(picture, { left, right: stamp(at, timezone) }), at }
  }

  const savePicture = ({ writing = true, seen = false } = {}): Promise<void> =>
    attempt(async () => {
      const made = await drawn(writing, seen ? onView().part : null)
      const one = camera()
      if (!made || !one) return
      const file = fileName(name(one), made.at, timezone, 'jpg')
      saveFile(await toBlob(made.canvas, 'image/jpeg'), file)
      tell(t('tileAct.saved', { name: file }))
    })

  async function copy(): Promise<void> {
    const made = await drawn(true, onView().part)
    if (!made) return
    try {
      await copyPicture(made.canvas)
      tell(t('tileAct.copied'))
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      tell(t('tileAct.copyRefused', { reason: error.message }))
    }
  }

  function saveClip(content: Blob, at: number): void {
    const one = camera()
    if (!one) return
    const file = fileName(name(one), at, timezone, 'mp4')
    saveFile(content, file)
    tell(t('tileAct.saved', { name: file }))
  }

  const saveLast = (): Promise<void> =>
    attempt(async () => {
      const one = camera()
      const clip = one && room ? await room.api.clip(one.id, CLIP_SECONDS) : null
      if (clip) saveClip(new Blob([clip.file], { type: 'video/mp4' }), clip.from)
    })

  const saveReplay = (replay: Replay): Promise<void> =>
    attempt(async () => {
      const made = replay.file()
      if (made) saveClip(made.content, made.at)
    })

  return { notice, tell, savePicture, copy, saveLast, saveReplay }
}
