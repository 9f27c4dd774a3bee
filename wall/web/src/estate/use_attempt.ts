import { ref, type Ref } from 'vue'
import { ApiError, type FileProblem } from '../api/client'
import { useLanguage } from '../i18n'

export interface Attempt {
  busy: Ref<boolean>
  /** What the server said against it, in its own words; "" where nothing. */
  problem: Ref<string>
  /** The field it objects to. */
  where: Ref<string>
  /** It is refused for how things stand: saying it again, knowingly, may do. */
  conflict: Ref<boolean>
  /** Whether it worked. */
  run: (work: () => Promise<unknown>) => Promise<boolean>
}

/** One thing at a time that the server may refuse. */
export function useAttempt(): Attempt {
  const { t, both } = useLanguage()
  const busy = ref(false)
  const problem = ref('')
  const where = ref('')
  const conflict = ref(false)
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    busy.value = true
    problem.value = where.value = ''
    conflict.value = false
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problem.value = error.code === 'network' ? t('errors.network') : [both(error.text) || error.message, ...error.problems.map(problemLine)].join('\n')
      where.value = error.where
      conflict.value = error.status === 409
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, where, conflict, run }
}

/** A problem of cameras.yaml as its author looks for it: line, key, rule. */
function problemLine({ line, key, value, rule }: FileProblem): string {
  return `${line === null ? '' : `${line}: `}${key}${value ? ` = ${value}` : ''}: ${rule}`
}
