import { describe, expect, it } from 'vitest'
import { addressOf, isEstateAddress, SECTIONS, sectionOf } from '../src/estate/address'
import { changesOf, complete, draftOf, followed, TYPED } from '../src/estate/camera_draft'
import { checkLines, checkTable, clockText, gopText } from '../src/estate/check_table'
import { csvText } from '../src/estate/csv_text'
import { filterRows, NO_FILTER, pictureText, rowOf, sortRows, type EstateRow } from '../src/estate/estate_rows'
import type { CameraCheck, EstateCamera, ImportPreview, ImportRow, StreamCheck } from '../src/estate/estate_types'
import { fates, previewLines } from '../src/estate/preview_rows'
import { portsOf, requestOf, type SearchDraft } from '../src/estate/search_form'
import { Selection } from '../src/estate/selection'

function camera(id: string, changed: Partial<EstateCamera> = {}): EstateCamera {
  return {
    id, name: `点位${id}`, name_en: '', area: 'east', national_code: '', enabled: true, position: { lon: 120.4, lat: 30.05, height_m: 6 }, host: `10.20.0.${id}`,
    sub_url: `rtsp://10.20.0.${id}/2`, main_url: '', credentials: 'roadside', device_url: '', device_credentials: null, maker: 'Hikvision', model: '', turns: false, zones: 0,
    checked_at: null, check: null, ...changed,
  }
}

function check(id: string, verdict: CameraCheck['verdict'], findings = 1): CameraCheck {
  const found = verdict === 'good' ? [] : Array.from({ length: findings }, () => ({ code: 'x', level: verdict, zh: '坏', en: 'bad' }))
  return { id, name: id, verdict, streams: {}, device: null, findings: found }
}

const row = (one: EstateCamera, checked: CameraCheck | null = null): EstateRow => rowOf(one, undefined, checked, one.area)
const ids = (rows: readonly EstateRow[]): string[] => rows.map(({ camera: one }) => one.id)
const everywhere = (): boolean => true

describe('the table of the estate', () => {
  const rows = [
    row(camera('10', { maker: '', area: 'west', enabled: false }), check('10', 'warning')),
    row(camera('9', { position: null, device_credentials: 'device' }), check('9', 'error')),
    row(camera('100'), check('100', 'good')),
    row(camera('11', { national_code: '33069910101320000007' })),
  ]

  it.each([
    ['nothing', {}, '', ['10', '9', '100', '11']],
    ['an area', { area: 'west' }, '', ['10']],
    ['a state', { standing: 'off' as const }, '', ['10']],
    ['an account of streams or device', { credentials: 'device' }, '', ['9']],
    ['problems', { lacking: 'problems' as const }, '', ['10', '9']],
    ['no place', { lacking: 'place' as const }, '', ['9']],
    ['no check', { lacking: 'check' as const }, '', ['11']],
    ['an address', {}, '10.20.0.10', ['10', '100']],
    ['words in any order', {}, 'hik 点位9', ['9']],
    ['a national code', {}, '0000007', ['11']],
    ['what the finder found', {}, 'qdc', ['100']],
  ])('is narrowed by %s', (_, filter, text, expected) => {
    const found = new Set(text === 'qdc' ? ['100'] : [])
    const within = (area: string): boolean => !('area' in filter) || area === filter.area
    expect(ids(filterRows(rows, { ...NO_FILTER, ...filter }, text, found, within))).toEqual(expected)
  })

  it.each([
    ['host', false, ['9', '10', '11', '100']],
    ['host', true, ['100', '11', '10', '9']],
    ['maker', false, ['9', '100', '11', '10']],
    ['maker', true, ['9', '100', '11', '10']],
    ['check', false, ['9', '10', '100', '11']],
    ['state', false, ['9', '100', '11', '10']],
  ] as const)('is sorted by %s, descending %s', (key, descending, expected) => {
    expect(ids(sortRows(rows, key, descending, ({ name }) => name, 'zh-CN'))).toEqual(expected)
  })

  it('sorts thousands at once', () => {
    const many = Array.from({ length: 5000 }, (_, n) => row(camera(String((n * 7919) % 5000))))
    const started = performance.now()
    const sorted = sortRows(filterRows(many, NO_FILTER, '', new Set(), everywhere), 'host', false, ({ name }) => name, 'zh-CN')
    expect([sorted[0]?.camera.id, sorted[4999]?.camera.id]).toEqual(['0', '4999'])
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('names codecs and sizes', () => {
    expect(pictureText('avc1.4d401e', 640, 360)).toBe('H.264 640×360')
    expect(pictureText('h265', 0, 0)).toBe('H.265')
    expect(pictureText(null, null, null)).toBe('')
  })
})

describe('a selection', () => {
  const key = (name: string, held: { shiftKey?: boolean; ctrlKey?: boolean } = {}) => ({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, ...held })

  it('is made by keys alone', () => {
    const selection = new Selection(() => ['a', 'b', 'c', 'd'])
    const opened: number[] = []
    const press = (...keys: ReturnType<typeof key>[]) => keys.map((one) => selection.key(one, 2, (index) => opened.push(index)))
    press(key('ArrowDown'), key(' '), key('ArrowDown', { shiftKey: true }))
    expect([...selection.ids]).toEqual(['b', 'c'])
    press(key('End'), key('Enter'), key('PageUp'))
    expect([opened, selection.active.value]).toEqual([[3], 1])
    press(key('Escape'), key('a', { ctrlKey: true }))
    expect(selection.ids.size).toBe(4)
    expect(press(key('a'), key('x'))).toEqual([false, false])
    selection.keepOnly(new Set(['a']))
    expect([...selection.ids]).toEqual(['a'])
  })

  it('does nothing in an empty list', () => {
    const selection = new Selection(() => [])
    selection.key(key(' '), 10, () => {})
    selection.key(key('End'), 10, () => {})
    expect([selection.ids.size, selection.active.value]).toEqual([0, 0])
  })
})

describe('a preview', () => {
  const issue = (level: 'error' | 'warning') => ({ column: '名称', code: 'c', level, zh: '坏', en: 'bad', suggestion: '' })
  const line = (number: number, changed: Partial<ImportRow>): ImportRow => ({ row: number, name: 'n', host: 'h', known_as: null, camera: null, issues: [], ...changed })
  const whole = { id: 'x', area: 'a', streams: { sub: { url: 'u' } } }
  const preview = {
    changes: [{ camera_id: 'k2', key: 'position', value: { lon: 1, lat: 2 } }],
    counts: { rows: 5, new: 2, known: 2, changed: 1, faulty: 1, warnings: 1 },
    rows: [
      line(2, { camera: whole }),
      line(3, { camera: whole, issues: [issue('warning')] }),
      line(4, { issues: [issue('error'), issue('warning')] }),
      line(5, { known_as: 'k1' }),
      line(6, { known_as: 'k2' }),
    ],
  } as unknown as ImportPreview

  it('says what becomes of each row, with its problems below it', () => {
    const said = previewLines(preview, 'all').map((one) => (one.kind === 'row' ? `${one.row.row} ${one.fate}` : one.issue.level))
    expect(said).toEqual(['2 new', '3 new', 'warning', '4 refused', 'error', 'warning', '5 unchanged', '6 changed'])
    expect(fates(preview)).toEqual({ new: 2, changed: 1, unchanged: 1, refused: 1 })
  })

  it.each([
    ['problems', [3, 3, 4, 4, 4]],
    ['changed', [6]],
    ['refused', [4, 4, 4]],
  ] as const)('shows %s alone', (filter, expected) => {
    expect(previewLines(preview, filter).map(({ row: { row: number } }) => number)).toEqual(expected)
  })

  it('says what a change would be', () => {
    const [changed] = previewLines(preview, 'changed')
    expect(changed?.kind === 'row' && changed.changes).toEqual(['position → 1, 2'])
  })
})

describe('a check', () => {
  const stream = (gop_s: number[]): StreamCheck => ({ url: 'u', outcome: 'plays', error: '', codec: 'h264', width: 640, height: 360, kbps: 400, gop_s })

  it('is listed worst first', () => {
    const lines = checkLines([check('a', 'good'), check('b', 'warning', 2), check('c', 'error')], false)
    expect(lines.map((line) => `${line.kind} ${line.check.id}`)).toEqual(['camera c', 'finding c', 'camera b', 'finding b', 'finding b', 'camera a'])
    expect(checkLines([check('a', 'good')], true)).toEqual([])
  })

  it('has its figures in words', () => {
    expect([gopText(stream([2, 2.04])), gopText(stream([1, 8.2])), gopText(undefined)]).toEqual(['2.0 s', '1.0–8.2 s', ''])
    expect([clockText(0.44), clockText(-7200.4), clockText(12), clockText(null)]).toEqual(['+0.4 s', '-7200 s', '+12 s', ''])
  })

  it('goes into a spreadsheet that runs nothing of it', () => {
    const one = { ...check('a', 'error'), name: '=HYPERLINK("x"),\n东门', streams: { sub: stream([2]) } }
    const table = checkTable([one], { headings: ['编号'], verdict: ({ verdict }) => verdict, outcome: (code) => code, finding: ({ zh }) => zh })
    expect(csvText(table)).toBe('\uFEFF编号\r\na,"\'=HYPERLINK(""x""),\n东门",error,plays,H.264 640×360,400,2.0 s,,,,,,,,坏\r\n')
    expect(csvText([[-3.5, null, '-3']])).toBe("\uFEFF-3.5,,'-3\r\n")
  })
})

describe('a camera that is changed', () => {
  it('tells only what is other than it was', () => {
    const before = camera('1')
    const draft = draftOf(before)
    expect(changesOf(before, draft)).toEqual({})
    Object.assign(draft, { name: ' 新名 ', main_url: 'rtsp://10.20.0.1/1', credentials: '', enabled: false, place: { lon: 120.41234567891, lat: 30.05 } })
    expect(changesOf(before, draft)).toEqual({
      name: '新名', main_url: 'rtsp://10.20.0.1/1', credentials: null, enabled: false, position: { lon: 120.4123457, lat: 30.05, height_m: 6 },
    })
    expect(changesOf(before, { ...draftOf(before), place: null })).toEqual({ position: null })
    expect(changesOf(before, { ...draftOf(before), height_m: 4.5 })).toEqual({ position: { lon: 120.4, lat: 30.05, height_m: 4.5 } })
    expect(changesOf({ ...before, main_url: 'x' }, { ...draftOf(before) })).toEqual({ main_url: null })
  })

  it('keeps what was typed when somebody else changed the rest', () => {
    const before = camera('1')
    const draft = { ...draftOf(before), name: '新名' }
    const now = camera('1', { name: '别名', area: 'west', position: null })
    expect(followed(draft, before, now)).toMatchObject({ name: '新名', area: 'west', place: null })
    expect(changesOf(now, followed(draft, before, now))).toEqual({ name: '新名' })
    // What is the same stays the same thing: a map need not move for it.
    expect(followed(draft, before, camera('1')).place).toBe(draft.place)
  })

  it('takes an account that is typed, once it is whole', () => {
    const draft = { ...draftOf(camera('1')), credentials: TYPED, username: 'admin' }
    expect(complete(draft)).toBe(false)
    draft.password = ' secret'
    expect([complete(draft), changesOf(camera('1'), draft)]).toEqual([true, { account: { username: 'admin', password: ' secret' } }])
  })

  it('may be one that is not there yet', () => {
    const draft = { ...draftOf(null, 'east'), name: '村口' }
    expect(complete(draft)).toBe(false)
    draft.sub_url = 'rtsp://10.20.0.1/2'
    expect([complete(draft), changesOf(null, draft)]).toEqual([true, { name: '村口', area: 'east', sub_url: 'rtsp://10.20.0.1/2' }])
  })
})

describe('a search', () => {
  const draft: SearchDraft = { interfaces: ['10.20.0.1'], range: ' 10.20.0.0/24 ', ports: '80、8000,', account: 'none', credentials: 'kept', username: ' admin ', password: ' p ' }

  it('asks with one account or none', () => {
    const where = { interfaces: ['10.20.0.1'], range: '10.20.0.0/24', ports: [80, 8000] }
    expect(requestOf(draft)).toEqual(where)
    expect(requestOf({ ...draft, account: 'kept' })).toEqual({ ...where, credentials: 'kept' })
    expect(requestOf({ ...draft, account: 'typed' })).toEqual({ ...where, username: 'admin', password: ' p ' })
  })

  it('leaves it to the server to refuse what is no port', () => {
    expect([portsOf(''), portsOf('80 x')]).toEqual([[80], [80, NaN]])
  })
})

it('every page of the estate has an address', () => {
  expect(SECTIONS.map((section) => sectionOf(addressOf(section)))).toEqual([...SECTIONS])
  expect([sectionOf('/estate/nowhere'), isEstateAddress('/estates'), isEstateAddress('/estate/check')]).toEqual(['cameras', false, true])
})
