/** One page of an arrangement as tiles: which camera, where, in what part. Pure. */
import { capacity, type Arrangement, type Rect } from './layout'
import { PICTURE_ASPECT, spotlightPlan, tileRects } from './tile_rects'

export type TileRole =
  | 'plain'
  /** Brought up over what is laid out, until it is given back. */
  | 'spotlight'
  /** Over the whole wall; the others are covered. */
  | 'enlarged'
  | 'covered'
  /** Decoding out of sight, to be shown at once when its turn comes. */
  | 'warm'

export interface PlacedTile {
  key: string
  /** Position on the page, 0 first; negative for tiles out of sight. */
  index: number
  camera: string | null
  /** Place in the arrangement's cameras; -1 for the spotlight and for tiles out of sight. */
  slot: number
  rect: Rect
  role: TileRole
}

export interface PageView {
  arrangement: Arrangement
  page: number
  spotlight: string | null
  enlarged: string | null
  warm: readonly string[]
  /** Width by height of the canvas. */
  aspect: number
}

interface Place {
  camera: string | null
  slot: number
  rect: Rect
}

const WHOLE: Rect = { left: 0, top: 0, width: 1, height: 1 }

export function pageView(part: Partial<PageView> & Pick<PageView, 'arrangement'>): PageView {
  return { page: 0, spotlight: null, enlarged: null, warm: [], aspect: PICTURE_ASPECT, ...part }
}

/** The tiles to draw, first to last, those out of sight at the end. A camera is among them once at most. */
export function placeTiles(view: PageView): PlacedTile[] {
  const places = view.spotlight === null ? plainPlaces(view) : spotlightPlaces(view, view.spotlight)
  const big = places.some(({ camera }) => camera !== null && camera === view.enlarged)
  const seen = new Set<string>()
  const tiles = places.map(({ camera, slot, rect }, index): PlacedTile => {
    // A list somebody wrote by hand may name a camera twice; a picture can be in one place only.
    const shown = camera !== null && seen.has(camera) ? null : camera
    if (shown !== null) seen.add(shown)
    const key = shown === null ? `empty ${slot}` : `camera ${shown}`
    if (big && shown === view.enlarged) return { key, index, camera: shown, slot, rect: WHOLE, role: 'enlarged' }
    return { key, index, camera: shown, slot, rect, role: big ? 'covered' : slot === -1 ? 'spotlight' : 'plain' }
  })
  const hidden = [...new Set(view.warm)].filter((camera) => !seen.has(camera))
  return [...tiles, ...hidden.map((camera, n) => warmTile(camera, -1 - n))]
}

function warmTile(camera: string, index: number): PlacedTile {
  return { key: `camera ${camera}`, index, camera, slot: -1, rect: { left: 0, top: 0, width: 0, height: 0 }, role: 'warm' }
}

function pagePlaces({ arrangement, page }: PageView): Omit<Place, 'rect'>[] {
  const size = capacity(arrangement.layout)
  const first = page * size
  return Array.from({ length: size }, (_, offset) => ({ camera: arrangement.cameras[first + offset] ?? null, slot: first + offset }))
}

function plainPlaces(view: PageView): Place[] {
  const rects = tileRects(view.arrangement.layout, view.aspect)
  return pagePlaces(view).map((place, index) => ({ ...place, rect: rects[index] ?? WHOLE }))
}

function spotlightPlaces(view: PageView, spotlight: string): Place[] {
  const { spot, lent, free } = spotlightPlan(view.arrangement.layout, view.aspect)
  const first: Place = { camera: spotlight, slot: -1, rect: spot }
  const own = pagePlaces(view)
  if (lent === null) {
    const others = own.filter(({ camera }) => camera !== spotlight).slice(0, free.length)
    return [first, ...others.map((place, index) => ({ ...place, rect: free[index] ?? WHOLE }))]
  }
  // The picture whose tile is lent goes where the spotlight's camera was, if that was on the page.
  const rects = tileRects(view.arrangement.layout, view.aspect)
  const vacated = own.findIndex(({ camera }) => camera === spotlight)
  const others = own.flatMap((place, index): Place[] => {
    if (index === vacated) return []
    const at = index === lent ? vacated : index
    return at < 0 ? [] : [{ ...place, rect: rects[at] ?? WHOLE }]
  })
  return [first, ...others]
}
