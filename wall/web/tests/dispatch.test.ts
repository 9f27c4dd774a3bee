import { beforeEach, describe, expect, it } from 'vitest'
import type { Candidate, Case } from '../src/api/types'
import { chosen, totals, twice, type PlanRow } from '../src/dispatch/plan_rows'
import { chooseBox, MOST_PLANNED, planning } from '../src/dispatch/planning'

const person = (id: string, travel_s: number): Candidate => ({
  worker_id: id, name: id, distance_m: 100, travel_s, way_m: 100, lon: 1, lat: 1, accuracy_m: 5, position_age_s: 1,
  grid_match: false, available: true, reason: { zh: '', en: '' },
})
const row = (id: string, worker: Candidate | null, more: Partial<PlanRow> = {}): PlanRow => ({ case_id: id, number: id, worker, why: { zh: '', en: '' }, ...more })
const [wang, chen] = [person('wang', 60), person('chen', 300)]

describe('a plan changed by hand', () => {
  const plan = { items: [], total_s: 360, one_by_one_s: 500 }

  it('adds up as it stands, and tells what is saved only while it is as proposed', () => {
    expect(totals(plan, [row('a', wang), row('b', chen), row('c', null)])).toEqual({ total: 360, saved: 140, served: 2 })
    expect(totals(plan, [row('a', wang, { changed: null }), row('b', chen)])).toEqual({ total: 300, saved: null, served: 1 })
    expect(totals({ ...plan, one_by_one_s: null }, [row('a', wang)]).saved).toBeNull()
  })

  it('finds who stands twice', () => {
    const rows = [row('a', wang), row('b', chen, { changed: wang })]
    expect(chosen(rows[1] as PlanRow)).toBe(wang)
    expect([...twice(rows)]).toEqual(['wang'])
    expect(twice([row('a', null), row('b', null)]).size).toBe(0)
  })
})

describe('cases chosen on the map', () => {
  const at = (id: string, lon: number, more: Partial<Case> = {}): Case => ({ id, lon, lat: 30, state: 'filed', assignee: null, ...more }) as Case

  beforeEach(() => planning.clear())

  it('takes those in the box that wait for somebody', () => {
    chooseBox([at('in', 120.1), at('out', 121), at('sent', 120.1, { state: 'assigned', assignee: { id: 'w', name: 'w' } }), at('review', 120.1, { state: 'review' }), { ...at('nowhere', 0), lon: null }], [120, 29, 120.5, 31])
    expect([...planning.ids]).toEqual(['in'])
    planning.toggle('in')
    expect(planning.ids.size).toBe(0)
  })

  it('takes no more than are planned together', () => {
    chooseBox(Array.from({ length: 80 }, (_, n) => at(String(n), 120.1)), [120, 29, 121, 31])
    planning.toggle('one more')
    expect(planning.ids.size).toBe(MOST_PLANNED)
  })
})
