import { onMounted, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../api/client'
import { useLanguage } from '../i18n'
import type { PtzClient } from './ptz_client'
import type { PtzDesk } from './ptz_types'
import type { PtzStore } from './ptz_store'

const NOTHING: PtzDesk = { can: new Set(), presets: [], guard: null, patrol: null }

/** What one dome offers and keeps, and the doing of it with its refusals in words. */
export function useDesk(ptz: PtzStore, camera: () => string) {
  const { t } = useLanguage()
  const desk = shallowRef<PtzDesk>(NOTHING)
  const problem = ref('')
  const busy = ref(false)
  /** Pictures of presets are asked for anew after each change. */
  const version = ref(Date.now())

  async function load(): Promise<void> {
    const asked = camera()
    try {
      const { desk: found, news } = await ptz.client.desk(asked)
      if (asked !== camera()) return
      desk.value = found
      const known = ptz.news.get(asked)
      if (!known || known.at < news.at) ptz.apply(news.view ? news : { ...news, view: known?.view ?? null })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problem.value = error.message || t('errors.network')
    }
  }

  let last: Promise<unknown> = Promise.resolve()

  /** Does it after what is still under way: the end of a movement must not be lost. True if done; else `problem` says why not. */
  function act(work: (client: PtzClient, camera: string) => Promise<unknown>, changes = false): Promise<boolean> {
    const mine = last.then(() => attempt(work, changes))
    last = mine
    return mine
  }

  async function attempt(work: (client: PtzClient, camera: string) => Promise<unknown>, changes: boolean): Promise<boolean> {
    busy.value = true
    problem.value = ''
    try {
      await work(ptz.client, camera())
      if (changes) {
        version.value = Date.now()
        await load()
      }
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problem.value = error.message || t('errors.network')
      return false
    } finally {
      busy.value = false
    }
  }

  onMounted(load)
  watch(camera, load)
  return { desk, problem, busy, version, load, act }
}

export type Act = ReturnType<typeof useDesk>['act']
