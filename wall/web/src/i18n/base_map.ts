/** Words of base maps, both languages side by side. */
export const baseMap = {
  zh: {
    baseMap: {
      title: '底图',
      own: '本地图层',
      unavailable: '不可用',
      failing: '底图暂时无法更新，稍后重试',
    },
  },
  en: {
    baseMap: {
      title: 'Base map',
      own: 'Own layers',
      unavailable: 'unavailable',
      failing: 'The base map cannot be had just now; trying again',
    },
  },
}
