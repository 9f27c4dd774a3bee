import { computed, onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { Camera } from '../api/types'
import type { PlacedTile } from '../wall/placing'
import { TileDriver, type TileState, type TileStats } from '../wall/tile_driver'
import type { RegisteredTile, TileRegistry } from '../wall/tile_registry'

export interface TileProps {
  tile: PlacedTile
  camera: Camera | null
  registry: TileRegistry
  sole: boolean
}

/** What is written on a tile, as of the last half second. */
export interface TileFacts {
  /** Seconds; null before the first picture. */
  age: number | null
  /** Unix ms by the server's clock; 0 before the first picture. */
  receivedAt: number
  profile: TileStats['profile']
  transcoded: boolean
  mainMissing: TileStats['mainMissing']
  width: number
  height: number
  /** An old picture of this camera is still there to be seen. */
  keepsPicture: boolean
}

/** Keeps a tile's driver alive with the component, and its facts fresh. `wantsMain`: the tile deserves more than its size says. */
export function useTilePicture(props: TileProps, host: Readonly<Ref<HTMLElement | null>>, wantsMain: Readonly<Ref<boolean>>) {
  const state = shallowRef<TileState>({ kind: 'paused' })
  const facts = reactive<TileFacts>({ age: null, receivedAt: 0, profile: 'sub', transcoded: false, mainMissing: '', width: 0, height: 0, keepsPicture: false })
  const inViewport = ref(true)
  /** Big enough to deserve the main stream, where the camera has one. */
  const big = computed(
    () =>
      (props.tile.role === 'enlarged' || props.tile.role === 'spotlight' || props.sole || wantsMain.value) &&
      props.camera?.profiles.includes('main') === true,
  )
  let driver: TileDriver | null = null
  let registered: RegisteredTile | null = null

  const observer = new IntersectionObserver((entries) => {
    inViewport.value = entries[entries.length - 1]?.isIntersecting ?? false
  })

  function refresh(now: number): void {
    if (!driver) return
    const age = driver.pictureAge(now)
    const { receivedAt, profile, transcoded, mainMissing, width, height } = driver.stats()
    const sent = { profile, transcoded, mainMissing, width, height }
    Object.assign(facts, { age: age === null ? null : age / 1000, receivedAt, ...sent, keepsPicture: driver.keepsPicture })
  }

  function labelPicture(): void {
    driver?.element?.setAttribute('data-testid', `tile-video-${props.tile.index}`)
  }

  onMounted(() => {
    if (!props.tile.camera || !host.value) return
    driver = new TileDriver(props.registry.connection, props.tile.camera, host.value, (next) => {
      state.value = next
      labelPicture()
      refresh(Date.now())
    })
    driver.setProfile(big.value ? 'main' : 'sub')
    registered = {
      driver,
      index: () => props.tile.index,
      wanted: () => inViewport.value && props.tile.role !== 'covered',
      onTick: refresh,
    }
    props.registry.add(registered)
    observer.observe(host.value)
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    if (registered) props.registry.remove(registered)
    driver?.dispose()
  })

  watch([inViewport, () => props.tile.role], () => {
    if (registered) props.registry.update(registered)
  })
  watch(big, (isBig) => driver?.setProfile(isBig ? 'main' : 'sub'))
  watch(() => props.tile.index, labelPicture)
  watch(
    () => props.camera?.state,
    (now) => {
      if (now === 'live') driver?.retryNow()
    },
  )

  return { state, facts, element: () => driver?.element ?? null }
}
