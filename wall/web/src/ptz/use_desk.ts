import { onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../api/client'
import type { PtzClient } from './ptz_client'
import type { PtzDesk } from './ptz_types'
import type { PtzStore } from './ptz_store'
import { useRefusal } from './refusal'

/** The picture of a preset comes a moment after it; it is asked for again so often. */
const PICTURE_MS = [1_500, 4_000, 10_000]
const NOTHING: PtzDesk = { can: new Set(), presets: [], guard: null, patrol: null, myRank: 0, problem: null, calibration: null }

type Work = (client: PtzClient, camera: string) => Promise<unknown>
/** Whether what is kept is another afterwards, or the pictures of presets that are there already. */
type Changes = boolean | 'pictures'

/** What one dome offers and keeps, and the doing of it with its refusals in words. */
export function useDesk(ptz: PtzStore, camera: () => string) {
  const words = useRefusal()
  const desk = shallowRef<PtzDesk>(NOTHING)
  const problem = ref('')
  const busy = ref(false)
  let pictures: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const asked = camera()
    try {
      const { desk: found, news } = await ptz.client.desk(asked)
      problem.value = ''
      if (asked !== camera()) return
      desk.value = found
      const known = ptz.news.get(asked)
      if (!known || known.at < news.at) ptz.apply(news.view ? news : { ...news, view: known?.view ?? null })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problem.value = words(error)
    }
  }

  /** `anew`: also where there are pictures, which will be others. */
  function awaitPictures(turn: number, anew: boolean): void {
    clearTimeout(pictures)
    const wait = PICTURE_MS[turn]
    if (wait === undefined || (!anew && desk.value.presets.every(({ picture }) => picture !== null))) return
    pictures = setTimeout(() => void load().then(() => awaitPictures(turn + 1, anew)), wait)
  }

  let last: Promise<unknown> = Promise.resolve()

  /** Does it after what is still under way: the end of a movement must not be lost. True if done; else `problem` says why not. */
  function act(work: Work, changes: Changes = false): Promise<boolean> {
    const mine = last.then(() => attempt(work, changes))
    last = mine
    return mine
  }

  async function attempt(work: Work, changes: Changes): Promise<boolean> {
    busy.value = true
    problem.value = ''
    try {
      await work(ptz.client, camera())
      if (changes) {
        await load()
        awaitPictures(0, changes === 'pictures')
      }
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problem.value = words(error)
      return false
    } finally {
      busy.value = false
    }
  }

  onMounted(load)
  onBeforeUnmount(() => clearTimeout(pictures))
  watch(camera, load)
  return { desk, problem, busy, act, load }
}

export type Act = ReturnType<typeof useDesk>['act']
