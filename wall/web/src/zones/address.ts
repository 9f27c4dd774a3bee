/** The page of a camera's zones and its address. Pure. */
const ROOT = '/zones/'

export function isZonesAddress(path: string): boolean {
  return path.startsWith(ROOT) && path.length > ROOT.length
}

/** Whose zones, and of which of a dome's views. */
export function zonesAt(path: string): { camera: string; view: string | null } {
  const [camera = '', view = ''] = path.slice(ROOT.length).split('/').map(plain)
  return { camera, view: view || null }
}

export function zonesAddress(camera: string, view: string | null = null): string {
  return `${ROOT}${encodeURIComponent(camera)}${view ? `/${encodeURIComponent(view)}` : ''}`
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
