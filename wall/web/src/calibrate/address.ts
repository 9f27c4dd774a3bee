/** The page on which a fixed camera is calibrated. Pure. */
const ROOT = '/calibrate/'

export function isCalibrateAddress(path: string): boolean {
  return path.startsWith(ROOT) && path.length > ROOT.length
}

export function calibrateAddress(camera: string): string {
  return ROOT + encodeURIComponent(camera)
}

export function calibratedAt(path: string): { camera: string } {
  const part = path.slice(ROOT.length)
  try {
    return { camera: decodeURIComponent(part) }
  } catch {
    return { camera: part }
  }
}
