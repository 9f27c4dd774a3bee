import { ref, shallowRef } from 'vue'
import type { WallStore } from '../wall/wall_store'
import { TourPlayer, type Tour, type TourView } from './tour_player'

const BEAT_MS = 200

/** The operator's hand on a tour: puts what it shows on the wall, and takes it off again. */
export class TourControl {
  readonly playing = shallowRef<Tour | null>(null)
  readonly view = shallowRef<TourView | null>(null)
  /** Asked for by its id (from an address) and not to be had. */
  readonly missing = ref(false)
  private player: TourPlayer | null = null

  constructor(
    private readonly wall: WallStore,
    private readonly isUp: (camera: string) => boolean,
    private readonly ready: (camera: string) => boolean,
  ) {}

  play(tour: Tour): void {
    this.end()
    this.missing.value = false
    this.wall.enlarged.value = null
    this.wall.spotlight.value = null
    const player = new TourPlayer(tour, this.isUp, Date.now, {
      ready: this.ready,
      beat: (each) => {
        const timer = setInterval(each, BEAT_MS)
        return () => clearInterval(timer)
      },
    })
    player.onChange = (view) => {
      this.view.value = view
      this.wall.tour.value = view
    }
    this.player = player
    this.playing.value = tour
    this.wall.tourId.value = tour.id
    player.start()
  }

  toggle(): void {
    if (this.player?.isPaused) this.player.resume()
    else this.player?.pause()
  }

  next(): void {
    this.player?.next()
  }

  previous(): void {
    this.player?.previous()
  }

  /** The wall is again what the operator had laid out. */
  stop(): void {
    this.end()
    this.wall.tourId.value = null
  }

  private end(): void {
    this.player?.stop()
    this.player = null
    this.playing.value = null
    this.view.value = null
    this.wall.tour.value = null
  }
}
