import { shallowReactive } from 'vue'

/** What of the HTTP interface favourites need. */
export interface FavouriteCalls {
  favourites(): Promise<string[]>
  addFavourite(camera: string): Promise<unknown>
  removeFavourite(camera: string): Promise<unknown>
}

/** The account's starred cameras, as the server has them. A star shows at once and is taken back if the server refuses. */
export class Favourites {
  readonly ids = shallowReactive(new Set<string>())

  constructor(private readonly calls: FavouriteCalls) {}

  async load(): Promise<void> {
    const ids = await this.calls.favourites()
    this.ids.clear()
    for (const id of ids) this.ids.add(id)
  }

  has(id: string): boolean {
    return this.ids.has(id)
  }

  /** Raises what the server refused with. */
  async toggle(id: string): Promise<void> {
    const starred = !this.ids.has(id)
    this.set(id, starred)
    try {
      await (starred ? this.calls.addFavourite(id) : this.calls.removeFavourite(id))
    } catch (error) {
      this.set(id, !starred)
      throw error
    }
  }

  private set(id: string, starred: boolean): void {
    if (starred) this.ids.add(id)
    else this.ids.delete(id)
  }
}
