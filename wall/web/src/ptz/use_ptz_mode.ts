import { computed, onBeforeUnmount, watch } from 'vue'
import type { TileContext } from '../tile/tile_context'
import type { TileProps } from '../tile/use_tile_picture'

/**
 * Whether a tile is the control of its dome: by its button or key, and by itself while it is enlarged. One tile of the page
 * at a time. `enter` is called when it becomes one.
 */
export function usePtzMode(props: Pick<TileProps, 'tile' | 'camera'>, { room }: TileContext, enter: () => void) {
  const may = computed(() => room?.ptz.mayTurn === true && !!props.camera?.ptz && props.camera.enabled)
  const on = computed(() => may.value && room?.ptz.inHand.value === props.tile.camera && props.tile.role !== 'covered' && props.tile.role !== 'warm')
  let byItself = false

  function set(wanted: boolean): void {
    if (!room || wanted === on.value) return
    room.ptz.inHand.value = wanted ? props.tile.camera : null
  }

  function toggle(): void {
    byItself = false
    set(!on.value)
  }

  watch(on, (now) => {
    if (now) enter()
  })
  watch(
    () => props.tile.role === 'enlarged' && may.value,
    (enlarged) => {
      if (enlarged && !on.value) {
        set(true)
        byItself = true
      } else if (!enlarged && byItself) {
        set(false)
        byItself = false
      }
    },
    { immediate: true },
  )
  onBeforeUnmount(() => set(false))

  return { may, on, toggle }
}
