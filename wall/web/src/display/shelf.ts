/** The presets and tours that can be put on a display, read when the panel opens. */
import { shallowRef } from 'vue'
import { ApiError, type ApiClient } from '../api/client'
import { capacity, type Arrangement } from '../wall/layout'

interface Preset {
  id: string
  name: string
  layout: string
  cameras: (string | null)[]
}

interface Tour {
  id: string
  name: string
}

export class Shelf {
  readonly presets = shallowRef<Preset[]>([])
  readonly tours = shallowRef<Tour[]>([])

  constructor(private readonly api: ApiClient) {}

  async load(): Promise<void> {
    try {
      const [presets, tours] = await Promise.all([
        this.api.call<{ items: Preset[] }>('GET', '/presets'),
        this.api.call<{ items: Tour[] }>('GET', '/tours'),
      ])
      this.presets.value = presets.items
      this.tours.value = tours.items
    } catch (error) {
      // Without them the panel still serves; they are asked for when it opens again.
      if (!(error instanceof ApiError)) throw error
    }
  }

  tourName(id: string): string | undefined {
    return this.tours.value.find((tour) => tour.id === id)?.name
  }

  /** A page of the wall as it is now: a display turns the pages of what it is given by itself. */
  onePage({ layout, cameras }: Arrangement, page: number): Arrangement {
    const size = capacity(layout)
    return { layout, cameras: cameras.slice(page * size, (page + 1) * size) }
  }
}
