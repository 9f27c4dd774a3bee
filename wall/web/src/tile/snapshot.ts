/** The picture on view as a file: at the size the stream has, with camera and time written below it. */
import type { Box } from './zoom'

export type Drawable = HTMLVideoElement | HTMLCanvasElement

export interface Writing {
  left: string
  right: string
}

const FONT = "'Noto Sans SC Variable', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif"

/** Pixels of the picture itself; zero before the first. */
export function pictureSize(source: Drawable): { width: number; height: number } {
  return source instanceof HTMLVideoElement
    ? { width: source.videoWidth, height: source.videoHeight }
    : { width: source.width, height: source.height }
}

/** A still of what is on view now, in pixels of the stream; null before the first picture. `part`: fractions of it. */
export function still(source: Drawable, part: Box | null = null): HTMLCanvasElement | null {
  const { width, height } = pictureSize(source)
  if (width === 0 || height === 0) return null
  const { x, y, ...size } = part ?? { x: 0, y: 0, width: 1, height: 1 }
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * size.width))
  canvas.height = Math.max(1, Math.round(height * size.height))
  const context = canvas.getContext('2d')
  if (!context) return null
  context.drawImage(source, x * width, y * height, size.width * width, size.height * height, 0, 0, canvas.width, canvas.height)
  return canvas
}

/** Adds a strip below, so that nothing of the picture is covered. Subsets of the font come when they are asked for. */
export async function withWriting(picture: HTMLCanvasElement, { left, right }: Writing): Promise<HTMLCanvasElement> {
  const size = Math.round(Math.min(40, Math.max(13, picture.width / 36)))
  const font = `600 ${size}px ${FONT}`
  await document.fonts.load(font, left + right)
  const canvas = document.createElement('canvas')
  const strip = Math.round(size * 1.9)
  canvas.width = picture.width
  const context = canvas.getContext('2d')
  if (!context) return picture
  context.font = font
  const gap = size * 0.7
  // Where both do not fit into one line they get one each: neither time nor name is ever cut off.
  const wide = context.measureText(left).width + context.measureText(right).width + 3 * gap > picture.width
  const lines: [string, 'left' | 'right', number][] = wide
    ? [
        [left, 'left', 0],
        [right, 'left', 1],
      ]
    : [
        [left, 'left', 0],
        [right, 'right', 0],
      ]
  canvas.height = picture.height + strip * (wide ? 2 : 1)
  context.drawImage(picture, 0, 0)
  context.fillStyle = '#05080c'
  context.fillRect(0, picture.height, canvas.width, canvas.height - picture.height)
  context.font = font
  context.textBaseline = 'middle'
  context.fillStyle = '#e8eef5'
  for (const [text, align, line] of lines) {
    context.textAlign = align
    context.fillText(text, align === 'left' ? gap : canvas.width - gap, picture.height + strip * (line + 0.5), canvas.width - 2 * gap)
  }
  return canvas
}

export function toBlob(canvas: HTMLCanvasElement, type: 'image/jpeg' | 'image/png'): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture cannot be encoded'))), type, 0.92),
  )
}

/** Browsers give the clipboard only to pages by https or from this machine. */
export function canCopy(): boolean {
  return typeof ClipboardItem !== 'undefined' && 'clipboard' in navigator
}

export async function copyPicture(canvas: HTMLCanvasElement): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': toBlob(canvas, 'image/png') })])
}
