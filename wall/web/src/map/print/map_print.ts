import { MAP_FONT, PALETTE } from '../palette'

/** Millimetres, landscape. */
export const PAPERS = { a4: [297, 210], a3: [420, 297] } as const
export type Paper = keyof typeof PAPERS
const PIXELS_PER_MM = 6
const MARGIN_MM = 10
const HEAD_MM = 14

export interface LegendLine {
  mark: 'square' | 'dot' | 'diamond' | 'line'
  colour: string
  text: string
}

export interface Page {
  paper: Paper
  title: string
  /** In the corner: when it was made, for which place. */
  note: string
  legendTitle: string
  north: string
  legend: readonly LegendLine[]
}

/** Pixels of the sheet, and the part of it the map fills. */
export function pageSize(paper: Paper): { width: number; height: number; map: { x: number; y: number; width: number; height: number } } {
  const [wide, high] = PAPERS[paper]
  const px = (mm: number): number => Math.round(mm * PIXELS_PER_MM)
  const map = { x: px(MARGIN_MM), y: px(MARGIN_MM + HEAD_MM), width: px(wide - 2 * MARGIN_MM), height: px(high - 2 * MARGIN_MM - HEAD_MM) }
  return { width: px(wide), height: px(high), map }
}

/** A round length that is at most `most` pixels long: 1, 2 or 5 times a power of ten. */
export function scaleBar(metresPerPixel: number, most: number): { metres: number; pixels: number } {
  const longest = metresPerPixel * most
  const power = 10 ** Math.floor(Math.log10(longest))
  const metres = [5, 2, 1].map((times) => times * power).find((length) => length <= longest) ?? power
  return { metres, pixels: metres / metresPerPixel }
}

/** The whole sheet as a picture. `paint` draws the map on a drawing of the given size; the fonts are the page's own. */
export function printPage(page: Page, metresPerPixel: number, paint: (context: CanvasRenderingContext2D, width: number, height: number, ratio: number) => void): HTMLCanvasElement {
  const { width, height, map } = pageSize(page.paper)
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.save()
  context.translate(map.x, map.y)
  context.beginPath()
  context.rect(0, 0, map.width, map.height)
  context.clip()
  context.fillStyle = PALETTE.ground
  context.fillRect(0, 0, map.width, map.height)
  paint(context, map.width, map.height, PRINT_RATIO)
  context.restore()
  context.strokeStyle = '#222222'
  context.lineWidth = 2
  context.strokeRect(map.x, map.y, map.width, map.height)
  head(context, page, map)
  furniture(context, page, map, metresPerPixel / PRINT_RATIO)
  return canvas
}

/** What is drawn for a screen is this much larger on paper. */
export const PRINT_RATIO = 1.6

function head(context: CanvasRenderingContext2D, page: Page, map: { x: number; y: number; width: number }): void {
  context.fillStyle = '#111111'
  context.textBaseline = 'alphabetic'
  context.textAlign = 'left'
  context.font = `700 46px ${MAP_FONT}`
  context.fillText(page.title, map.x, map.y - 28, map.width * 0.7)
  context.textAlign = 'right'
  context.font = `400 26px ${MAP_FONT}`
  context.fillText(page.note, map.x + map.width, map.y - 28, map.width * 0.3)
}

function furniture(context: CanvasRenderingContext2D, page: Page, map: { x: number; y: number; width: number; height: number }, metresPerPixel: number): void {
  const line = 40
  const boxHeight = (page.legend.length + 1) * line + 30
  const boxWidth = 330
  const left = map.x + map.width - boxWidth - 20
  const top = map.y + map.height - boxHeight - 20
  plate(context, left, top, boxWidth, boxHeight)
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = '#111111'
  context.font = `700 28px ${MAP_FONT}`
  context.fillText(page.legendTitle, left + 20, top + 32)
  context.font = `400 26px ${MAP_FONT}`
  page.legend.forEach((entry, at) => {
    const y = top + 32 + (at + 1) * line
    mark(context, entry, left + 34, y)
    context.fillStyle = '#111111'
    context.fillText(entry.text, left + 64, y, boxWidth - 80)
  })
  const bar = scaleBar(metresPerPixel, 400)
  plate(context, map.x + 20, map.y + map.height - 90, bar.pixels + 60, 70)
  context.fillStyle = '#111111'
  context.fillRect(map.x + 50, map.y + map.height - 44, bar.pixels, 8)
  context.textAlign = 'center'
  context.fillText(bar.metres >= 1000 ? `${bar.metres / 1000} km` : `${bar.metres} m`, map.x + 50 + bar.pixels / 2, map.y + map.height - 65)
  const [x, y] = [map.x + map.width - 70, map.y + 80]
  plate(context, x - 45, y - 60, 90, 130)
  context.beginPath()
  context.moveTo(x, y - 45)
  context.lineTo(x + 20, y + 15)
  context.lineTo(x, y)
  context.lineTo(x - 20, y + 15)
  context.closePath()
  context.fillStyle = '#111111'
  context.fill()
  context.font = `700 30px ${MAP_FONT}`
  context.fillText(page.north, x, y + 45)
}

function plate(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.fillStyle = 'rgba(255, 255, 255, 0.94)'
  context.fillRect(x, y, width, height)
  context.lineWidth = 1.5
  context.strokeStyle = '#555555'
  context.strokeRect(x, y, width, height)
}

function mark(context: CanvasRenderingContext2D, { mark: kind, colour }: LegendLine, x: number, y: number): void {
  context.fillStyle = colour
  context.beginPath()
  if (kind === 'dot') context.arc(x, y, 10, 0, 2 * Math.PI)
  else if (kind === 'square') context.rect(x - 10, y - 10, 20, 20)
  else if (kind === 'line') context.rect(x - 14, y - 3, 28, 6)
  else {
    context.moveTo(x, y - 14)
    context.lineTo(x + 14, y)
    context.lineTo(x, y + 14)
    context.lineTo(x - 14, y)
    context.closePath()
  }
  context.fill()
  context.lineWidth = 1.5
  context.strokeStyle = '#222222'
  context.stroke()
}

