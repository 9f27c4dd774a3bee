import { computed, ref, shallowReactive } from 'vue'
import type { Case } from '../api/types'
import { now } from '../stores/clock'

export const HOURS = [1, 8, 24, 168] as const

/** What narrows the cases on the map and in the list beside it alike: when, what, how urgent. Nothing chosen: all. */
export class CaseFilter {
  /** Opened within so many hours. */
  readonly hours = ref<number | null>(null)
  /** Code of a class, or the first part of one: a major class. */
  readonly caseClass = ref('')
  readonly levels = shallowReactive(new Set<number>())

  readonly active = computed(() => this.hours.value !== null || this.caseClass.value !== '' || this.levels.size > 0)
  /** Unix seconds, to the minute: what is shown need not be asked anew every second. */
  private readonly since = computed(() => (this.hours.value === null ? null : (Math.floor(now.value / 60) - this.hours.value * 60) * 60))

  admits(item: Pick<Case, 'opened_at' | 'case_class' | 'level'>): boolean {
    return (this.since.value === null || item.opened_at >= this.since.value) && this.admitsPast(item)
  }

  /** By class and level alone: of a past day "within so many hours" says nothing. */
  admitsPast({ case_class, level }: Pick<Case, 'case_class' | 'level'>): boolean {
    if (this.caseClass.value && case_class !== this.caseClass.value && !case_class.startsWith(`${this.caseClass.value}-`)) return false
    return this.levels.size === 0 || this.levels.has(level)
  }

  toggleLevel(level: number): void {
    if (!this.levels.delete(level)) this.levels.add(level)
  }

  clear(): void {
    this.hours.value = null
    this.caseClass.value = ''
    this.levels.clear()
  }
}
