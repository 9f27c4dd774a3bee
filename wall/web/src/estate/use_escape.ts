import { onBeforeUnmount, onMounted, type Ref } from 'vue'

/** Esc closes a form beside a list, also when the focus has left it, as it does when the button that had it is disabled. */
export function useEscape(form: Readonly<Ref<HTMLElement | null>>, close: () => void): void {
  function onKey(event: KeyboardEvent): void {
    const target = event.target as Node
    if (event.key === 'Escape' && (target === document.body || form.value?.contains(target))) close()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}
