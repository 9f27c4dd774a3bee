/** Words of the closed loop beyond sending and checking: triage, extensions, supervision, evaluation; both languages. */
export const loop = {
  zh: {
    loop: {
      tier: '办理层级',
      tiers: { 1: '网格员', 2: '网格长', 3: '镇（街道）', 4: '区' },
      supervised: '督办',
      supervisedAt: '{time} 起督办',
      extension: '申请延期至',
      score: '评价',
      scores: '{n} 分',
      class: '事件类别',
      level: '级别',
      levels: '{n} 级',
      longer: '延长时间',
      hours: '{n} 小时',
      days: '{n} 天',
      until: '延至 {time}',
    },
  },
  en: {
    loop: {
      tier: 'With',
      tiers: { 1: 'grid worker', 2: 'grid leader', 3: 'town', 4: 'district' },
      supervised: 'Supervised',
      supervisedAt: 'since {time}',
      extension: 'Extension asked until',
      score: 'Evaluated',
      scores: '{n} of 5',
      class: 'Class',
      level: 'Level',
      levels: 'level {n}',
      longer: 'How much longer',
      hours: '{n} hours',
      days: '{n} days',
      until: 'until {time}',
    },
  },
}
