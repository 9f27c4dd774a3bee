import type { Case } from '../../api/types'
import { levelColour } from '../palette'
import type { Drawing, Painter } from '../drawing'

const PULSE_MS = 2_400
/** More rings than this are a restless sheet, not a sign. */
const PULSES_MOST = 40

/** A slow ring around cases that want an eye: all while they are few; of many the urgent and the selected. */
export class PulseLayer implements Painter {
  visible = true
  private pulsing: Case[] = []

  setCases(cases: readonly Case[], urgent: ReadonlySet<string>, selected: string | null): void {
    const few = cases.length <= PULSES_MOST
    const wanted = cases.filter((item) => few || item.id === selected || urgent.has(item.id))
    this.pulsing = wanted.filter((item) => item.id === selected).concat(wanted.filter((item) => item.id !== selected)).slice(0, PULSES_MOST)
  }

  get isMoving(): boolean {
    return this.visible && this.pulsing.length > 0
  }

  paint({ context, place, width, height }: Drawing): void {
    const phase = (performance.now() % PULSE_MS) / PULSE_MS
    context.lineWidth = 2.5
    context.globalAlpha = 0.75 * (1 - phase)
    for (const { lon, lat, level } of this.pulsing) {
      if (lon === null || lat === null) continue
      const [x, y] = place(lon, lat)
      if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue
      context.strokeStyle = levelColour(level)
      context.beginPath()
      context.arc(x, y, 11 + 24 * phase, 0, 2 * Math.PI)
      context.stroke()
    }
    context.globalAlpha = 1
  }
}
