import { describe, expect, it } from 'vitest'
import { answersOf, type FeedbackField } from '../src/cases/feedback'

const field = (id: string, kind: FeedbackField['kind']): FeedbackField => ({ id, zh: id, en: '', kind, required: false, choices: [] })

describe('answers of a feedback form', () => {
  const fields = [field('result', 'text'), field('amount', 'number'), field('how', 'choice')]

  it('leaves out what is empty and what no field asks for', () => {
    expect(answersOf(fields, { result: '  ', amount: '', other: 'x' })).toEqual({})
  })

  it('sends numbers as numbers, and text that looks like one as text', () => {
    expect(answersOf(fields, { result: ' 12 ', amount: '2.5', how: 'fined' })).toEqual({ result: '12', amount: 2.5, how: 'fined' })
  })

  it('lets the server refuse what is no number', () => {
    expect(answersOf(fields, { amount: '3 t' })).toEqual({ amount: '3 t' })
  })
})
