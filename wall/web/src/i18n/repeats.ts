/** Words of repeats: the same thing once more. Both languages side by side. */
export const repeats = {
  zh: {
    repeats: {
      mark: '第 {nth} 次',
      markHint: '同一对象第 {nth} 次出现，首次 {date}',
      title: '重复出现：第 {nth} 次，首次 {date}',
      now: '本次',
      before: '上次',
      alike: '相似度 {percent}%',
      more: '更早还有 {n} 件',
      noPicture: '没有图片',
      samePlace: '同一地点此前有事件',
      otherLook: '外观不同',
      unknownLook: '外观无法比对',
      filter: '重复',
      filterHint: '只看重复出现的事件',
      unreachable: '无法打开该事件',
    },
  },
  en: {
    repeats: {
      mark: '{nth} time',
      markHint: 'The same thing for the {nth} time, first on {date}',
      title: 'Seen before: {nth} time, first on {date}',
      now: 'This time',
      before: 'Last time',
      alike: '{percent}% alike',
      more: '{n} earlier ones',
      noPicture: 'no picture',
      samePlace: 'An earlier case at this place',
      otherLook: 'looks otherwise',
      unknownLook: 'looks cannot be compared',
      filter: 'Repeats',
      filterHint: 'Only cases of things seen before',
      unreachable: 'The case cannot be opened',
    },
  },
}
