/** The map's view in the address: `map=lon,lat,zoom`, `off=` the layers switched off. Pure. */
export interface MapAddress {
  lon: number
  lat: number
  zoom: number
  off: string[]
}

const NAME = /^[a-z][\w.-]{0,40}$/i

/** Null where there is none that can be read. */
export function readMapAddress(search: string): MapAddress | null {
  const words = new URLSearchParams(search)
  const [lon, lat, zoom] = (words.get('map') ?? '').split(',').map(Number)
  if (lon === undefined || lat === undefined || zoom === undefined) return null
  if (![lon, lat, zoom].every(Number.isFinite) || Math.abs(lon) > 180 || Math.abs(lat) > 85 || zoom < 1 || zoom > 22) return null
  const off = (words.get('off') ?? '').split(',').filter((name) => NAME.test(name)).slice(0, 40)
  return { lon, lat, zoom, off }
}

/** The rest of the address stays as it is. */
export function writeMapAddress(search: string, { lon, lat, zoom, off }: MapAddress): string {
  const words = new URLSearchParams(search)
  words.set('map', [lon.toFixed(5), lat.toFixed(5), zoom.toFixed(2)].join(','))
  if (off.length > 0) words.set('off', [...off].sort().join(','))
  else words.delete('off')
  return '?' + words.toString().replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':')
}
