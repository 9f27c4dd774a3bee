import { readonly, ref } from 'vue'

const seconds = ref(Math.floor(Date.now() / 1000))
setInterval(() => (seconds.value = Math.floor(Date.now() / 1000)), 1000)

/** Unix seconds, once a second, shared by everything on the page that runs. */
export const now = readonly(seconds)
