/** Widths of texts by font, measured once. A new subset of the font makes them void. */
export class TextWidths {
  private readonly known = new Map<string, Map<string, number>>()

  of(context: CanvasRenderingContext2D, font: string, text: string): number {
    let widths = this.known.get(font)
    if (!widths) this.known.set(font, (widths = new Map()))
    let width = widths.get(text)
    if (width === undefined) {
      context.font = font
      width = context.measureText(text).width
      widths.set(text, width)
    }
    return width
  }

  clear(): void {
    this.known.clear()
  }
}
