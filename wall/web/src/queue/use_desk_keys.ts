import { onBeforeUnmount, onMounted } from 'vue'
import { deskKey, type DeskKey } from './queue_keys'

/** Keys of the desk, wherever the focus is but in a field or on what has keys of its own. */
export function useDeskKeys(asking: () => boolean, act: (key: DeskKey) => boolean): void {
  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    if (target.matches('input, select, textarea') || target.closest('dialog')) return
    // A button takes Enter and space itself.
    if ((event.key === 'Enter' || event.key === ' ') && target.closest('button, a, video, summary')) return
    const key = deskKey(event, asking())
    if (key && act(key)) event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}
