import { ApiError, type ApiClient } from '../api/client'
import type { BatchAction, BatchAnswer, BatchResult } from './queue_types'

/** Sent at a time, so that the page can say how far it has come. */
const PART = 50
const TRIES = 3

export interface BatchTotal {
  done: number
  refused: BatchResult[]
  /** Ids nothing is known of: no answer came. */
  unsent: string[]
}

/** One thing done to many cases, part by part. A part whose answer is lost is sent again under the same key: what was
 * done is not done twice. */
export async function runBatch(
  api: Pick<ApiClient, 'call'>,
  action: BatchAction,
  ids: readonly string[],
  detail: Record<string, string>,
  each: (answer: BatchAnswer, sent: number) => void,
  newKey: () => string = () => crypto.randomUUID(),
): Promise<BatchTotal> {
  const total: BatchTotal = { done: 0, refused: [], unsent: [] }
  for (let at = 0; at < ids.length; at += PART) {
    const cases = ids.slice(at, at + PART)
    const answer = await part(api, { action, cases, ...detail }, newKey())
    if (!answer) {
      total.unsent = ids.slice(at)
      return total
    }
    total.done += answer.done
    total.refused.push(...answer.items.filter(({ done }) => !done))
    each(answer, at + cases.length)
  }
  return total
}

/** Null: no answer, whatever was tried. Raises ApiError for a request the server does not take. */
async function part(api: Pick<ApiClient, 'call'>, body: unknown, key: string): Promise<BatchAnswer | null> {
  for (let tried = 0; tried < TRIES; tried++) {
    try {
      return await api.call<BatchAnswer>('POST', '/cases/batch', body, key)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'network') throw error
    }
  }
  return null
}

/** What was refused, by reason, the most frequent first. */
export function refusalsByReason(refused: readonly BatchResult[]): { code: string; message: string; zh: string; numbers: string[] }[] {
  const found = new Map<string, { code: string; message: string; zh: string; numbers: string[] }>()
  for (const { id, number, refusal } of refused) {
    if (!refusal) continue
    const one = found.get(refusal.message) ?? { code: refusal.code, message: refusal.message, zh: refusal.text?.zh ?? '', numbers: [] }
    one.numbers.push(number ?? id)
    found.set(refusal.message, one)
  }
  return [...found.values()].sort((a, b) => b.numbers.length - a.numbers.length)
}
