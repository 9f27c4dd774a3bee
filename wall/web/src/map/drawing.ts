import { worldPixels, worldX, worldY } from './mercator'
import type { Shape } from './shapes'

/** What a layer draws on: a canvas somewhat larger than the map, so that a short pan shows no edge. */
export interface Drawing {
  context: CanvasRenderingContext2D
  width: number
  height: number
  zoom: number
  /** World pixels at this zoom, and those of the canvas's top left corner. */
  scale: number
  left: number
  top: number
  /** Pixel on this canvas. */
  place(lon: number, lat: number): [number, number]
}

/** A drawing of so many pixels around a place. */
export function drawingAt(context: CanvasRenderingContext2D, width: number, height: number, zoom: number, lon: number, lat: number): Drawing {
  const scale = worldPixels(zoom)
  const left = worldX(lon) * scale - width / 2
  const top = worldY(lat) * scale - height / 2
  const place = (x: number, y: number): [number, number] => [worldX(x) * scale - left, worldY(y) * scale - top]
  return { context, width, height, zoom, scale, left, top, place }
}

/** One layer of the map. Layers share a sheet when they change together: every sheet costs the compositor. */
export interface Painter {
  visible: boolean
  paint(drawing: Drawing): void
}

/** Adds a shape to the path under way, leaving out points that fall on the pixel of the one before. False: out of view. */
export function trace({ context, width, height, scale, left, top }: Drawing, shape: Shape): boolean {
  if (shape.east * scale < left || shape.west * scale > left + width) return false
  if (shape.south * scale < top || shape.north * scale > top + height) return false
  for (const path of shape.paths) {
    let lastX = (path[0] ?? 0) * scale - left
    let lastY = (path[1] ?? 0) * scale - top
    context.moveTo(lastX, lastY)
    for (let i = 2; i < path.length; i += 2) {
      const x = (path[i] ?? 0) * scale - left
      const y = (path[i + 1] ?? 0) * scale - top
      if (i < path.length - 2 && Math.abs(x - lastX) < 0.7 && Math.abs(y - lastY) < 0.7) continue
      context.lineTo(x, y)
      lastX = x
      lastY = y
    }
    if (shape.closed) context.closePath()
  }
  return true
}

/** Writes text that stays readable on any ground. */
export function haloText(context: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, halo: string): void {
  context.lineJoin = 'round'
  context.lineWidth = 3.5
  context.strokeStyle = halo
  context.strokeText(text, x, y)
  context.fillStyle = colour
  context.fillText(text, x, y)
}

/** A small picture drawn once and stamped many times. `draw` gets a context whose origin is the middle. */
export function sprite(size: number, draw: (context: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const ratio = Math.max(2, devicePixelRatio)
  canvas.width = canvas.height = Math.ceil(size * ratio)
  const context = canvas.getContext('2d')
  if (context) {
    context.scale(ratio, ratio)
    context.translate(size / 2, size / 2)
    draw(context)
  }
  return canvas
}
