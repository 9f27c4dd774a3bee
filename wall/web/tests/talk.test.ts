import { describe, expect, it } from 'vitest'
import { wavOf } from '../src/talk/microphone'
import { Resampler } from '../src/talk/microphone_worklet.js'
import { lookOf } from '../src/talk/speaker_layer'
import { TalkStore } from '../src/talk/talk_store'
import type { Speaker } from '../src/talk/talk_types'
import type { ApiClient } from '../src/api/client'

const RATE = 8000

/** A tone through the resampler in the blocks an audio thread has. */
function resampled(rate: number, hertz: number, seconds = 1): number[] {
  const made = new Resampler(rate)
  const out: number[] = []
  for (let at = 0; at < rate * seconds; at += 128) {
    out.push(...made.take(Float32Array.from({ length: 128 }, (_, i) => Math.sin((2 * Math.PI * hertz * (at + i)) / rate))))
  }
  return out
}

const loudness = (sound: number[]): number => Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length)

describe('the microphone', () => {
  it.each([16_000, 44_100, 48_000, 96_000])('at %i Hz comes as 8 kHz: a voice passes, what would fold back does not', (rate) => {
    const voice = resampled(rate, 1000)
    expect(voice.length).toBeGreaterThan(RATE - 60)
    expect(voice.length).toBeLessThanOrEqual(RATE + 20)
    expect(loudness(voice.slice(200))).toBeCloseTo(Math.SQRT1_2, 1)
    expect(loudness(resampled(rate, 6000).slice(200))).toBeLessThan(0.03)
  })

  it('keeps the tone it was given', () => {
    const sound = resampled(48_000, 500).slice(400, 4400)
    const rises = sound.filter((value, index) => index > 0 && value >= 0 && (sound[index - 1] ?? 0) < 0).length
    expect(rises).toBeGreaterThanOrEqual(249)
    expect(rises).toBeLessThanOrEqual(251)
  })

  it('makes a WAV file of 8 kHz', async () => {
    const bytes = new DataView(await wavOf([Int16Array.from([1, -2]), Int16Array.from([3])]).arrayBuffer())
    expect([bytes.byteLength, bytes.getUint32(24, true), bytes.getUint32(40, true), bytes.getInt16(46, true)]).toEqual([50, RATE, 6, -2])
  })
})

const speaker = (id: string, more: Partial<Speaker> = {}): Speaker => ({
  id, name: id, name_en: '', area: 'east', area_name: '', lon: 120, lat: 30, range_m: 60, driver: 'http', camera: null,
  takes_live: true, takes_chinese: false, takes_english: false, may_speak: true, may_in_quiet_hours: false,
  state: 'idle', holder: null, since: null, quiet: false, reached: null, reached_at: null, problem: null, ...more,
})

describe('loudspeakers', () => {
  it('look as they are', () => {
    expect([speaker('a'), speaker('a', { reached: false }), speaker('a', { state: 'opening', reached: false }), speaker('a', { state: 'off' })].map(lookOf)).toEqual(['idle', 'away', 'speaking', 'off'])
  })

  it('that one may not speak at are not chosen, and events change what is known', () => {
    const store = new TalkStore({} as ApiClient, new Set(['loudspeaker.speak']), 'me', '')
    for (const one of [speaker('a'), speaker('b', { may_speak: false })]) store.speakers.set(one.id, one)
    store.toggle('a')
    store.toggle('b')
    expect([...store.chosen]).toEqual(['a'])
    const { id, state, since, reached, reached_at, problem } = speaker('a')
    store.apply({ id, state, since, reached, reached_at, problem, quiet: true, holder: { id: 'other', name: 'x' } })
    expect([store.anyBusy.value, store.anyQuiet.value, store.mayInQuietHours.value]).toEqual([true, true, false])
    store.toggle('a')
    expect(store.chosen.size).toBe(0)
  })
})
