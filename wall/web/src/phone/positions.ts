/** Where the phone is, while on duty: often when it moves, rarely when it does not. */

export interface Fix {
  lon: number
  lat: number
  accuracy_m: number
  /** Unix seconds by the phone's own clock. */
  at: number
}

const METRES_PER_DEGREE = 111_320
const MOVED_M = 20
const MOVING_EVERY_S = 20
const STILL_AFTER_S = 180
const STILL_EVERY_S = 120
const STILL_WITHIN_M = 30
/** Of acceleration without gravity, m/s²: somebody has taken the phone up and walks. */
const SHAKEN = 1.8
const CLOCKS_APART_S = 300
const OPTIONS: PositionOptions = { enableHighAccuracy: true, timeout: 30_000, maximumAge: 5_000 }

export function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const east = (b.lon - a.lon) * METRES_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180)
  return Math.hypot(east, (b.lat - a.lat) * METRES_PER_DEGREE)
}

/** `position.timestamp` where it is by the phone's clock; some phones count it from elsewhere. */
export function fixOf({ coords, timestamp }: GeolocationPosition, now: number): Fix {
  const at = timestamp / 1000
  return { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.min(100_000, coords.accuracy), at: Math.abs(at - now) < CLOCKS_APART_S ? at : now }
}

/** Whether a position says more than the last one kept. */
export function worthKeeping(last: Fix | null, fix: Fix): boolean {
  if (last === null || fix.at - last.at >= MOVING_EVERY_S) return true
  return fix.at > last.at && metresBetween(last, fix) > Math.max(MOVED_M, fix.accuracy_m)
}

/** Whether the phone has not moved for long, given where it stood since when. */
export const hasSettled = (anchor: Fix, fix: Fix): boolean =>
  fix.at - anchor.at > STILL_AFTER_S && metresBetween(anchor, fix) <= Math.max(STILL_WITHIN_M, fix.accuracy_m)

export type Problem = 'denied' | 'broken' | null

export class Tracker {
  still = false
  private watch: number | null = null
  private timer: ReturnType<typeof setInterval> | null = null
  private anchor: Fix | null = null
  private last: Fix | null = null
  private on = false

  constructor(
    private readonly keep: (fix: Fix) => void,
    private readonly seen: (fix: Fix) => void,
    private readonly problem: (problem: Problem) => void,
  ) {}

  start(): void {
    if (this.on || !('geolocation' in navigator)) return
    this.on = true
    this.move()
    window.addEventListener('devicemotion', this.shaken)
  }

  stop(): void {
    this.on = false
    this.halt()
    window.removeEventListener('devicemotion', this.shaken)
    this.anchor = this.last = null
  }

  private halt(): void {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch)
    if (this.timer !== null) clearInterval(this.timer)
    this.watch = this.timer = null
  }

  private move(): void {
    this.halt()
    this.still = false
    this.anchor = null
    this.watch = navigator.geolocation.watchPosition(this.take, this.failed, OPTIONS)
  }

  /** One accurate position every two minutes: the receiver sleeps in between. */
  private rest(): void {
    this.halt()
    this.still = true
    this.timer = setInterval(() => navigator.geolocation.getCurrentPosition(this.take, this.failed, OPTIONS), STILL_EVERY_S * 1000)
  }

  private readonly take = (position: GeolocationPosition): void => {
    if (!this.on) return
    const fix = fixOf(position, Date.now() / 1000)
    this.problem(null)
    this.seen(fix)
    if (worthKeeping(this.last, fix)) {
      this.last = fix
      this.keep(fix)
    }
    if (this.anchor === null || metresBetween(this.anchor, fix) > Math.max(STILL_WITHIN_M, fix.accuracy_m)) {
      this.anchor = fix
      if (this.still) this.move()
    } else if (!this.still && hasSettled(this.anchor, fix)) this.rest()
  }

  private readonly failed = (error: GeolocationPositionError): void => this.problem(error.code === error.PERMISSION_DENIED ? 'denied' : 'broken')

  private readonly shaken = ({ acceleration }: DeviceMotionEvent): void => {
    if (!this.still || !acceleration) return
    if (Math.hypot(acceleration.x ?? 0, acceleration.y ?? 0, acceleration.z ?? 0) > SHAKEN) this.move()
  }
}

/** Where the phone is now. Rejects with why not. */
export function locate(): Promise<Fix> {
  return new Promise((resolve, reject) => {
    if (!('geolocation' in navigator)) return reject(new Error('broken'))
    const failed = (error: GeolocationPositionError): void => reject(new Error(error.code === error.PERMISSION_DENIED ? 'denied' : 'broken'))
    navigator.geolocation.getCurrentPosition((position) => resolve(fixOf(position, Date.now() / 1000)), failed, { ...OPTIONS, timeout: 15_000 })
  })
}
