import { beforeAll, describe, expect, it } from 'vitest'
import { CameraIndex, type Findable } from '../src/find/camera_index'
import { loadReadings, NO_READINGS, type Readings } from '../src/find/readings'
import { findWord, hitSpans, queryWords, searchText } from '../src/find/search_text'

let readings: Readings = NO_READINGS
beforeAll(async () => {
  readings = await loadReadings()
})

function camera(id: string, name: string, name_en = '', ...places: string[]): Findable {
  return { id, name, name_en, places }
}

const ESTATE: Findable[] = [
  camera('qd-0001', '青渡市场', 'Qingdu Market', '河滨社区', 'Hebin', '河滨社区第一网格', '人民路'),
  camera('qd-0002', '青渡市场东门', 'Qingdu Market, east gate', '河滨社区', 'Hebin', '河滨社区第一网格', '人民路'),
  camera('qd-0003', '东环路与青渡路路口', 'Donghuan Road and Qingdu Road', '北门社区', 'Beimen', '北门社区第二网格', '东环路'),
  camera('qd-0012', '朝阳大厦', 'Chaoyang Tower', '北门社区', 'Beimen', '北门社区第四网格', '绿源路'),
  camera('gs-0120', '长街银行', 'Long Street Bank', '古山镇', 'Gushan', '', '重庆路'),
  camera('gs-0121', '女儿桥', 'Daughter Bridge', '古山镇', 'Gushan'),
  camera('gs-0122', '石塘村村口（12号）', 'Shitang village entry 12', '石塘村', 'Shitang'),
]

function found(query: string, rank: (id: string) => number = () => 0): string[] {
  const index = new CameraIndex(readings)
  index.update(ESTATE)
  return index.search(query, rank).map((hit) => hit.id)
}

describe('a camera is found by', () => {
  it.each([
    ['its name', '青渡市场', ['qd-0001', 'qd-0002']],
    ['a part of its name', '市场东', ['qd-0002']],
    ['pinyin initials', 'qdsc', ['qd-0001', 'qd-0002']],
    ['full pinyin', 'qingdushichang', ['qd-0001', 'qd-0002']],
    ['pinyin of which the last syllable is half typed', 'qingdushich', ['qd-0001', 'qd-0002']],
    ['initials with a whole syllable among them', 'qdushic', ['qd-0001', 'qd-0002']],
    ['initials and a character, in two words', 'qdsc 东', ['qd-0002']],
    ['initials and a character, in one word', 'qdsc东', ['qd-0002']],
    ['its parts in another order', '东 qdsc', ['qd-0002']],
    ['a reading that is not the commonest', 'chaoyang', ['qd-0012']],
    ['the other reading of the same character', 'changjieyinhang', ['gs-0120']],
    ['ü typed as v', 'nvering', []],
    ['ü typed as v, rightly', 'nverqiao', ['gs-0121']],
    ['ü typed as u', 'nuer', ['gs-0121']],
    ['its English name', 'east gate', ['qd-0002']],
    ['capitals, as if small', 'QINGDU MARKET', ['qd-0001', 'qd-0002']],
    ['its code', 'qd-0012', ['qd-0012']],
    ['its code without the mark', 'qd0012', ['qd-0012']],
    ['its code without leading zeros', 'qd12', ['qd-0012']],
    ['its area', '古山', ['gs-0120', 'gs-0121']],
    ['its area in pinyin', 'gsz', ['gs-0120', 'gs-0121']],
    ['its grid', '第四网格', ['qd-0012']],
    ['its street', 'chongqinglu', ['gs-0120']],
    ['area and name together', '北门 dh', ['qd-0003']],
    ['words with space around', '  qdsc   东 ', ['qd-0002']],
    ['nothing at all', '   ', []],
    ['what no camera has', 'qdscx', []],
    ['one word of two that no camera has', 'qdsc 西', []],
    ['letters that only look like syllables', 'qingd ushi', []],
  ])('%s: %s', (_, query, ids) => {
    expect(found(query)).toEqual(ids)
  })

  it('puts the start of a name before its middle, and a name before a place', () => {
    expect(found('donghuan')).toEqual(['qd-0003'])
    expect(found('东')).toEqual(['qd-0003', 'qd-0002'])
    const index = new CameraIndex(readings)
    index.update([camera('a', '西桥', '', '桥头村'), camera('b', '桥头'), camera('c', '老桥')])
    expect(index.search('桥').map((hit) => hit.id)).toEqual(['b', 'a', 'c'])
  })

  it('puts the name that is all of what was typed first', () => {
    expect(found('青渡市场')[0]).toBe('qd-0001')
  })

  it('puts live cameras before those that are down where both fit equally', () => {
    const index = new CameraIndex(readings)
    index.update([camera('1', '桥头'), camera('2', '桥头'), camera('3', '桥头')])
    const down = new Set(['1'])
    expect(index.search('qt', (id) => (down.has(id) ? 1 : 0)).map((hit) => hit.id)).toEqual(['2', '3', '1'])
  })

  it('finds Chinese by Chinese before the dictionary has come', () => {
    const index = new CameraIndex(NO_READINGS)
    index.update(ESTATE)
    expect(index.search('市场').map((hit) => hit.id)).toEqual(['qd-0001', 'qd-0002'])
    expect(index.search('qdsc')).toEqual([])
  })
})

describe('the index follows the estate', () => {
  it('forgets what is gone, takes what is new, and notices a new name', () => {
    const index = new CameraIndex(readings)
    index.update(ESTATE)
    index.update([camera('qd-0001', '青渡菜场'), camera('new', '新桥')])
    expect(index.search('qdsc')).toEqual([])
    expect(index.search('qdcc').map((hit) => hit.id)).toEqual(['qd-0001'])
    expect(index.search('xinqiao').map((hit) => hit.id)).toEqual(['new'])
    expect(index.search('gushan')).toEqual([])
  })
})

describe('what is marked', () => {
  const marked = (text: string, query: string): string => {
    const spans = hitSpans(searchText(text, readings), queryWords(query))
    return spans.reduceRight((out, [start, end]) => `${out.slice(0, start)}[${out.slice(start, end)}]${out.slice(end)}`, text)
  }
  it.each([
    ['青渡市场东门', 'qdsc', '[青渡市场]东门'],
    ['青渡市场东门', 'qdsc 东', '[青渡市场东]门'],
    ['青渡市场东门', '门 qd', '[青渡]市场东[门]'],
    ['青渡市场东门', 'qd东', '[青渡]市场[东]门'],
    ['Qingdu Market, east gate', 'gate mar', 'Qingdu [Mar]ket, east [gate]'],
    ['村口（12号）', 'ck12', '[村口（12]号）'],
    ['青渡市场', 'xyz', '青渡市场'],
    ['𠮷祥路3号', '3', '𠮷祥路[3]号'],
  ])('%s by %s', (text, query, expected) => {
    expect(marked(text, query)).toBe(expected)
  })
})

describe('a word', () => {
  it.each([
    ['青渡市场', '青渡', 'literal'],
    ['青渡市场', 'qd', 'initials'],
    ['青渡市场', 'shsch', null],
    ['青渡市场', 'qdshch', 'initials'],
    ['青渡市场', 'qingdu', 'pinyin'],
    ['青渡市场', 'qingd', 'mixed'],
    ['青渡市场', 'q渡', 'mixed'],
  ])('%s is found by %s as %s', (text, word, manner) => {
    expect(findWord(searchText(text, readings), word)?.manner ?? null).toBe(manner)
  })
})
