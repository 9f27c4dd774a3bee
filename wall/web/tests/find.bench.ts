/** `npx vitest bench --run`: what one keystroke costs, at the estates of Yongkang (1677) and of a small city (10 000). */
import { bench, describe } from 'vitest'
import { CameraIndex, type Findable } from '../src/find/camera_index'
import { loadReadings } from '../src/find/readings'

const VILLAGES = ['河滨社区', '北门社区', '古山镇', '石塘村', '下坂村', '枫林村', '兴业社区', '梅溪村', '塘湾村', '竹园村', '西岙村', '上坞村']
const STREETS = ['人民路', '东环路', '滨河路', '绿源路', '工业三路', '文化路', '迎宾大道', '花园路', '建设路', '青年路', '新竹线', '长街']
const THINGS = ['路口', '商业街', '主干道', '小区南门', '村口', '村道', '市场东门', '滨河步道', '学校门口', '公共停车场', '工业园大门', '银行']

function estate(count: number): Findable[] {
  return Array.from({ length: count }, (_, n) => {
    const [village, street, thing] = [VILLAGES[n % 12], STREETS[(n * 7) % 12], THINGS[Math.floor(n / 3) % 12]].map(String) as [string, string, string]
    return {
      id: `qd-${String(n).padStart(5, '0')}`,
      name: `${street}${thing}${n}号`,
      name_en: `Street ${(n * 7) % 12}, place ${Math.floor(n / 3) % 12}, number ${n}`,
      places: [village, `Village ${n % 12}`, `${village}第${(n % 9) + 1}网格`, street, `Street ${(n * 7) % 12}`],
    }
  })
}

const readings = await loadReadings()
for (const count of [1677, 10_000]) {
  const cameras = estate(count)
  const index = new CameraIndex(readings)
  index.update(cameras)
  describe(`${count} cameras`, () => {
    bench('the index made anew', () => new CameraIndex(readings).update(cameras))
    bench('the index looked over, nothing changed', () => index.update(cameras))
    for (const query of ['r', 'rm', 'rmlsc', 'renminlu', '人民', '村 rml 3', 'qd-00042', 'xyzw']) {
      bench(`typed: ${query}`, () => void index.search(query))
    }
  })
}
