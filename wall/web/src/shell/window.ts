/** The part of a long list that has to be in the page. Pure. */
export interface ListWindow {
  first: number
  /** One past the last. */
  end: number
}

export function visibleWindow(count: number, rowHeight: number, scrollTop: number, height: number, overscan = 4): ListWindow {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan)
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan)
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.max(end, 0) }
}
