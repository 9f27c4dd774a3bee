/** The feedback form of an order from above. Pure. */

export interface FeedbackField {
  id: string
  zh: string
  en: string
  kind: 'text' | 'number' | 'choice' | 'photo'
  required: boolean
  choices: { id: string; zh: string; en: string }[]
}

export interface Feedback {
  fields: FeedbackField[]
  answers: Record<string, string | number>
  /** Ids of required fields without an answer. */
  missing: string[]
  filled_at: number | null
}

/** What was typed as the server takes it: empty answers left out, numbers as numbers where they are any. */
export function answersOf(fields: readonly FeedbackField[], given: Readonly<Record<string, string>>): Record<string, string | number> {
  const answers: Record<string, string | number> = {}
  for (const field of fields) {
    const text = (given[field.id] ?? '').trim()
    if (!text) continue
    const number = Number(text)
    answers[field.id] = field.kind === 'number' && Number.isFinite(number) ? number : text
  }
  return answers
}
