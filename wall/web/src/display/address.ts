/** Whether this address is a display's own page. */
export function isDisplayAddress(path: string): boolean {
  return /^\/display\/?$/.test(path)
}
