/** Words of the citizens' page; both languages, and nothing of the room's. */
import { computed, ref } from 'vue'

const zh = {
  title: '群众上报',
  otherLanguage: 'EN',
  closed: '本页面暂未开放。紧急情况请拨打 110 / 119 / 120。',
  urgent: '紧急情况请拨打 110 / 119 / 120。',
  what: '1. 什么问题？',
  where: '2. 在哪里？点地图或用当前位置',
  here: '用当前位置',
  locating: '正在定位…',
  noPosition: '无法定位，请点地图',
  placed: '位置已标记',
  photos: '3. 照片（最多 {n} 张）',
  add: '拍照 / 选择照片',
  remove: '删除照片 {n}',
  words: '4. 补充说明（可不填）',
  privacy: '不要写姓名和电话；照片中的位置等信息会被删除。',
  send: '提交',
  sending: '正在提交…',
  sent: '已收到，谢谢',
  keep: '请保存编号和查询码，凭此查询进度：',
  number: '编号',
  secret: '查询码',
  another: '再报一件',
  follow: '查询进度',
  ask: '查询',
  back: '返回上报',
  noPhoto: '这不是照片',
  network: '没有网络，请稍后再试',
  received: '已收到，等待审核',
  accepted: '已受理',
  in_hand: '正在处理',
  done: '已办结',
  declined: '未受理',
}
export type Key = keyof typeof zh
const en: Record<Key, string> = {
  title: 'Report a problem',
  otherLanguage: '中文',
  closed: 'This page is not open here. In an emergency call 110 / 119 / 120.',
  urgent: 'In an emergency call 110 / 119 / 120.',
  what: '1. What is it?',
  where: '2. Where? Tap the map, or use your position',
  here: 'Use my position',
  locating: 'Locating…',
  noPosition: 'No position; please tap the map',
  placed: 'Place marked',
  photos: '3. Photos (at most {n})',
  add: 'Take or choose a photo',
  remove: 'Remove photo {n}',
  words: '4. Anything else (optional)',
  privacy: 'No names or telephone numbers, please. Position and device are removed from photos.',
  send: 'Send',
  sending: 'Sending…',
  sent: 'Received, thank you',
  keep: 'Keep number and code: with both you can ask how far it has got.',
  number: 'Number',
  secret: 'Code',
  another: 'Report another',
  follow: 'How far is it?',
  ask: 'Ask',
  back: 'Back to reporting',
  noPhoto: 'This is no photo',
  network: 'No network; please try again later',
  received: 'Received, waiting for review',
  accepted: 'Accepted',
  in_hand: 'Being dealt with',
  done: 'Done',
  declined: 'Not accepted',
}

const KEPT = 'gridwatch.language'
export const chinese = ref(localStorage.getItem(KEPT) !== 'en')

function speak(): void {
  document.documentElement.lang = chinese.value ? 'zh-CN' : 'en'
}
speak()

export function otherLanguage(): void {
  chinese.value = !chinese.value
  localStorage.setItem(KEPT, chinese.value ? 'zh' : 'en')
  speak()
}

const words = computed(() => (chinese.value ? zh : en))
export const t = (key: Key, n: number | string = ''): string => words.value[key].replace('{n}', String(n))
export const both = (text: { zh: string; en: string }): string => (chinese.value ? text.zh : text.en || text.zh)
