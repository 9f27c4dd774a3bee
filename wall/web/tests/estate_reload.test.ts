import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Camera } from '../src/api/types'
import { CameraStore } from '../src/stores/camera_store'
import { EstateReload } from '../src/stores/estate_reload'

describe('the list loaded anew', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is asked for once for many events, and once more for those that came meanwhile', async () => {
    const answers: ((answered: boolean) => void)[] = []
    const reload = new EstateReload(() => new Promise((resolve) => answers.push(resolve)), () => 0.5)
    for (let event = 0; event < 5; event++) reload.ask()
    await vi.advanceTimersByTimeAsync(499)
    expect(answers).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(answers).toHaveLength(1)
    reload.ask()
    reload.ask()
    answers[0]?.(true)
    await vi.advanceTimersByTimeAsync(500)
    expect(answers).toHaveLength(2)
    answers[1]?.(true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(answers).toHaveLength(2)
  })

  it('is asked for again until it is answered, and not after the page has gone', async () => {
    let asked = 0
    const reload = new EstateReload(async () => ++asked > 2, () => 0)
    reload.ask()
    await vi.advanceTimersByTimeAsync(7_000)
    expect(asked).toBe(3)
    reload.ask()
    reload.stop()
    await vi.advanceTimersByTimeAsync(7_000)
    expect(asked).toBe(3)
  })
})

function camera(id: string, state: Camera['state'], since: number, enabled = true): Camera {
  return { id, name: id, area: 'v', enabled, state, since, error: '' } as Camera
}

describe('the cameras after it', () => {
  it('keep what an event said after the list was asked for, also of a camera that was not known then', () => {
    const store = new CameraStore()
    store.replaceAll([camera('a', 'live', 10), camera('goes', 'live', 10)])
    store.apply({ id: 'a', state: 'stalled', since: 30, error: 'silent' })
    store.apply({ id: 'new', state: 'live', since: 31, error: '' })
    store.apply({ id: 'off', state: 'live', since: 31, error: '' })
    store.replaceAll([camera('a', 'live', 10), camera('new', 'connecting', 29), camera('off', 'disabled', 0, false)])
    expect([...store.byId.values()].map(({ id, state }) => `${id} ${state}`)).toEqual(['a stalled', 'new live', 'off disabled'])
    store.replaceAll([camera('a', 'live', 40)])
    expect(store.byId.get('a')?.state).toBe('live')
    expect(store.order.value).toEqual(['a'])
    expect([...store.gone].sort()).toEqual(['goes', 'new', 'off'])
    store.replaceAll([camera('a', 'live', 40), camera('goes', 'live', 41)])
    expect(store.gone.has('goes')).toBe(false)
  })
})
