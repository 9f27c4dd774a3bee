/** Words of the feedback form of orders from above, and of what a report may double; both languages. */
export const feedback = {
  zh: { feedback: { title: '交办反馈表', missing: '还缺 {n} 项', save: '保存反馈', picture: '照片', noPictures: '请先上传照片', mayDouble: '可能与此重复：', merge: '判为重复' } },
  en: { feedback: { title: 'Feedback to who ordered it', missing: '{n} still missing', save: 'Save feedback', picture: 'picture', noPictures: 'add a picture first', mayDouble: 'May double:', merge: 'It does' } },
}
