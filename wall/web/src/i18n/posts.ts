/** Words of the catalogue's conditions, of posts and of joint handling; both languages. */
export const posts = {
  zh: {
    terms: { title: '立案与结案条件', national: '国标小类', files: '立案', closes: '结案' },
    posts: {
      title: '承办与协办',
      why: '派遣依据',
      lead: '主办岗位',
      choose: '选择岗位',
      send: '派至岗位',
      ask: '请其协办',
      wanted: '协办事项（可不填）',
      withdrawReason: '撤回原因',
      doneNote: '办理结果（可不填）',
      states: { asked: '待接', accepted: '办理中', done: '已办结', withdrawn: '已撤回' },
      actions: { 'part-accept': '接收协办', 'part-done': '协办办结', 'part-withdraw': '撤回协办' },
    },
  },
  en: {
    terms: { title: 'When filed, when closed', national: 'GB/T 30428.2', files: 'Filed when', closes: 'Closed when' },
    posts: {
      title: 'Who leads, who joins',
      why: 'Why there',
      lead: 'Lead post',
      choose: 'choose a post',
      send: 'Send to post',
      ask: 'Ask to join',
      wanted: 'What is wanted (optional)',
      withdrawReason: 'Why it is withdrawn',
      doneNote: 'What was done (optional)',
      states: { asked: 'asked', accepted: 'at it', done: 'done', withdrawn: 'withdrawn' },
      actions: { 'part-accept': 'Take on part', 'part-done': 'Part done', 'part-withdraw': 'Withdraw part' },
    },
  },
}
