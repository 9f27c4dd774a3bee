/** What is typed of an order, as the server takes it. */

/** `lon, lat` in degrees; null where nothing is typed. */
export function placeOf(text: string): { lon: number; lat: number } | 'unreadable' | null {
  if (!text.trim()) return null
  const found = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*$/.exec(text)
  const [lon, lat] = [Number(found?.[1]), Number(found?.[2])]
  return found && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : 'unreadable'
}

/** Unix seconds of `2026-11-23T18:00` by the clocks of the town, wherever the browser is. */
export function atInTown(local: string, timezone: string): number {
  const asUtc = Date.parse(`${local}Z`)
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' })
  const ahead = (at: number): number => Date.parse(`${shown.format(at).replace(' ', 'T')}Z`) - at
  // Once more from there: across a change of the clocks the first guess is an hour off.
  return (asUtc - ahead(asUtc - ahead(asUtc))) / 1000
}
