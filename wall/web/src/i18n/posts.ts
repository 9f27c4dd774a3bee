/** Words of the catalogue's conditions, of posts and of joint handling; both languages. */
export const posts = {
  zh: {
    terms: { title: '立案与结案条件', national: '国标小类', files: '立案', closes: '结案' },
  },
  en: {
    terms: { title: 'When filed, when closed', national: 'GB/T 30428.2', files: 'Filed when', closes: 'Closed when' },
  },
}
