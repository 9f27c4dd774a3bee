/** Words of one part of the wall, both languages side by side. */
export const arrange = {
  zh: {},
  en: {},
}
