/** Which page of the application the address names, followed as it changes. */
import { readonly, ref } from 'vue'

const path = ref(location.pathname)
window.addEventListener('popstate', () => (path.value = location.pathname))

export const pagePath = readonly(path)

/** Another page without loading everything anew; the browser's back button comes back. */
export function goTo(next: string): void {
  if (next === path.value) return
  history.pushState(history.state, '', next)
  path.value = next
}
