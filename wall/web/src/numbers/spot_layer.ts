import type { Drawing, Painter } from '../map/drawing'

export interface SpotMark {
  lon: number
  lat: number
  /** Its size is by this. */
  n: number
  label: string
}

/** Places that keep coming back, or where to patrol: circles with a figure. */
export class SpotLayer implements Painter {
  visible = true
  marks: readonly SpotMark[] = []
  selected = -1

  constructor(private readonly colour: string) {}

  paint({ context, width, height, place }: Drawing): void {
    const most = Math.max(1, ...this.marks.map(({ n }) => n))
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.font = '600 12px sans-serif'
    // The first of the list on top, and what is meant above all.
    const order = this.marks.map((_, index) => index).reverse()
    if (this.selected >= 0 && this.selected < order.length) order.push(this.selected)
    order.forEach((index) => {
      const { lon, lat, n, label } = this.marks[index] as SpotMark
      const [x, y] = place(lon, lat)
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) return
      const radius = 8 + 8 * Math.sqrt(n / most)
      context.beginPath()
      context.arc(x, y, radius, 0, 2 * Math.PI)
      context.fillStyle = this.colour
      context.fill()
      context.lineWidth = index === this.selected ? 3.5 : 1.5
      context.strokeStyle = index === this.selected ? '#ffffff' : '#0a0f15'
      context.stroke()
      context.fillStyle = '#ffffff'
      context.fillText(label, x, y + 0.5)
    })
  }
}
