import type L from 'leaflet'
import type { Case } from '../../api/types'
import { CanvasLayer, type Drawing } from '../canvas_layer'
import { levelColour, MAP_FONT, PALETTE } from '../palette'

const PULSE_MS = 2_400
const FRAME_MS = 100
/** More pulses than this are a restless sheet, not a sign: then only new, overdue and selected cases pulse. */
const PULSES_MOST = 40

/** Open cases as diamonds in the colour of their level, with a slow ring that draws the eye. */
export class CaseLayer extends CanvasLayer {
  private cases: Case[] = []
  private selected: string | null = null
  private urgent: ReadonlySet<string> = new Set()
  private timer: ReturnType<typeof setInterval> | null = null

  constructor(map: L.Map, pane: string) {
    super(map, pane)
  }

  /** `urgent`: ids that pulse even where there are many. */
  setCases(cases: Case[], urgent: ReadonlySet<string>): void {
    this.cases = cases.filter((item) => item.lon !== null && item.lat !== null)
    this.urgent = urgent
    this.keepPulsing()
    this.redrawSoon()
  }

  select(id: string | null): void {
    this.selected = id
    this.keepPulsing()
    this.redrawSoon()
  }

  private keepPulsing(): void {
    const few = this.cases.length > 0 && this.cases.length <= PULSES_MOST
    const pulsing = few || this.urgent.size > 0 || this.selected !== null
    if (pulsing && this.timer === null) {
      this.timer = setInterval(() => {
        if (!document.hidden) this.redrawSoon()
      }, FRAME_MS)
    } else if (!pulsing && this.timer !== null) {
      clearInterval(this.timer)
      this.timer = null
    }
  }

  protected draw(drawing: Drawing): void {
    const { context, width, height } = drawing
    const many = this.cases.length > PULSES_MOST
    const phase = (performance.now() % PULSE_MS) / PULSE_MS
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    // The selected case last, on top of the others.
    const order = [...this.cases].sort((a, b) => Number(a.id === this.selected) - Number(b.id === this.selected))
    for (const item of order) {
      const [x, y] = drawing.place(item.lon ?? 0, item.lat ?? 0)
      if (x < -60 || y < -60 || x > width + 60 || y > height + 60) continue
      const isSelected = item.id === this.selected
      const colour = levelColour(item.level)
      if (!many || isSelected || this.urgent.has(item.id)) this.ring(context, x, y, colour, phase)
      if (isSelected && item.error_m) this.errorCircle(drawing, item, x, y)
      this.diamond(context, x, y, isSelected ? 15 : 11, colour, isSelected)
      context.font = `750 ${isSelected ? 15 : 12}px ${MAP_FONT}`
      context.fillStyle = '#0a0f15'
      context.fillText(String(item.level), x, y + 0.5)
    }
  }

  private ring(context: CanvasRenderingContext2D, x: number, y: number, colour: string, phase: number): void {
    context.globalAlpha = 0.75 * (1 - phase)
    context.lineWidth = 2.5
    context.strokeStyle = colour
    context.beginPath()
    context.arc(x, y, 11 + 24 * phase, 0, 2 * Math.PI)
    context.stroke()
    context.globalAlpha = 1
  }

  /** How far off the place may be. */
  private errorCircle(drawing: Drawing, item: Case, x: number, y: number): void {
    const metresPerPixel = (156_543 * Math.cos(((item.lat ?? 0) * Math.PI) / 180)) / 2 ** drawing.zoom
    const radius = (item.error_m ?? 0) / metresPerPixel
    if (radius < 16) return
    drawing.context.setLineDash([4, 4])
    drawing.context.lineWidth = 1
    drawing.context.strokeStyle = PALETTE.selected
    drawing.context.beginPath()
    drawing.context.arc(x, y, radius, 0, 2 * Math.PI)
    drawing.context.stroke()
    drawing.context.setLineDash([])
  }

  private diamond(context: CanvasRenderingContext2D, x: number, y: number, r: number, colour: string, strong: boolean): void {
    context.beginPath()
    context.moveTo(x, y - r)
    context.lineTo(x + r, y)
    context.lineTo(x, y + r)
    context.lineTo(x - r, y)
    context.closePath()
    context.fillStyle = colour
    context.fill()
    context.lineWidth = strong ? 3 : 2
    context.strokeStyle = strong ? PALETTE.selected : '#0a0f15'
    context.stroke()
  }

  override remove(): void {
    if (this.timer !== null) clearInterval(this.timer)
    super.remove()
  }
}
