import { onBeforeUnmount, onMounted } from 'vue'
import { GamepadReader } from './gamepad'
import { SteeringHand } from './hand'
import type { Motion } from './ptz_types'
import type { PtzStore } from './ptz_store'
import { isSteeringKey, keysMotion, STILL } from './steering'

/** The wheel's notches come one by one; for so long each zooms. */
const WHEEL_MS = 260

/**
 * The hand on the dome of one tile, alive as long as the component: stick, keys, wheel, gamepad. It lets go by itself when
 * the page is hidden, loses the focus, or goes away. `blocked`: somebody else has it; then nothing is sent.
 */
export function useHand(ptz: PtzStore, camera: string, blocked: () => boolean) {
  const held = new Set<string>()
  let slow = false

  const hand = new SteeringHand((motion) => ptz.steer(camera, motion))
  const pad = new GamepadReader((motion) => move('pad', motion))

  function move(source: string, motion: Motion): void {
    if (!blocked()) hand.set(source, motion)
    else if (hand.isMoving) hand.release()
  }

  function letGo(): void {
    held.clear()
    hand.release()
  }

  /** True if the key turns the dome. */
  function onKeyDown(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey || !isSteeringKey(event.code)) return false
    // Let go meanwhile (focus, lock), it has to be pressed anew.
    if (event.repeat && !held.has(event.code)) return true
    held.add(event.code)
    slow = event.shiftKey
    move('keys', keysMotion(held, slow))
    return true
  }

  function onKeyUp(event: KeyboardEvent): void {
    if (event.key === 'Shift') slow = false
    else if (!held.delete(event.code)) return
    move('keys', held.size > 0 ? keysMotion(held, slow) : STILL)
  }

  function onWheel(zoom: number): void {
    if (!blocked()) hand.pulse('wheel', { ...STILL, zoom }, WHEEL_MS)
  }

  function onHidden(): void {
    if (document.hidden) letGo()
  }

  onMounted(() => {
    window.addEventListener('keyup', onKeyUp)
    window.addEventListener('blur', letGo)
    window.addEventListener('pagehide', letGo)
    document.addEventListener('visibilitychange', onHidden)
    pad.start()
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keyup', onKeyUp)
    window.removeEventListener('blur', letGo)
    window.removeEventListener('pagehide', letGo)
    document.removeEventListener('visibilitychange', onHidden)
    pad.stop()
    letGo()
  })

  return { move, letGo, onKeyDown, onWheel }
}
