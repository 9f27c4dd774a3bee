import type { FeatureCollection } from 'geojson'
import { reactive, ref, shallowRef } from 'vue'
import type { Room } from '../stores/room'
import { formOf, untouched, type Edition, type Editions, type GridPreview, type Options } from './grid_types'

const ROOT = '/estate/grids'

/** The editions there are, and the file that may become the next. Everything raises ApiError. */
export class GridsStore {
  readonly editions = shallowRef<Editions | null>(null)
  readonly files = shallowRef<readonly File[]>([])
  readonly options: Options = reactive(untouched())
  readonly preview = shallowRef<GridPreview | null>(null)
  /** What would be there, and where something is wrong. */
  readonly proposal = shallowRef<FeatureCollection | null>(null)
  /** The same before it was mended; null where it was not. */
  readonly unmended = shallowRef<FeatureCollection | null>(null)
  /** The grids in force. */
  readonly present = shallowRef<FeatureCollection | null>(null)
  readonly taken = ref<Edition | null>(null)

  constructor(readonly room: Room) {}

  get name(): string {
    return (this.files.value.find((one) => one.name.toLowerCase().endsWith('.shp')) ?? this.files.value[0])?.name ?? ''
  }

  async load(): Promise<void> {
    this.editions.value = await this.room.api.call<Editions>('GET', `${ROOT}/editions`)
  }

  async loadPresent(): Promise<void> {
    this.present.value = await this.room.api.mapGrids()
  }

  choose(files: readonly File[]): void {
    Object.assign(this.options, untouched())
    this.forget()
    this.files.value = files
  }

  forget(): void {
    this.files.value = []
    this.preview.value = this.proposal.value = this.unmended.value = this.taken.value = null
  }

  /** Sends the file with the options as they are now. */
  async look(): Promise<void> {
    const before = this.options.mend && this.preview.value?.counts.mended === 0 ? this.proposal.value : this.unmended.value
    this.taken.value = null
    const preview = await this.room.api.upload<GridPreview>(`${ROOT}/import`, formOf(this.files.value, this.options))
    const drawn = await this.room.api.call<FeatureCollection>('GET', `${ROOT}/import/${encodeURIComponent(preview.id)}/map`)
    this.preview.value = preview
    this.proposal.value = drawn
    this.unmended.value = this.options.mend ? before : null
  }

  async take(firstDay: string): Promise<void> {
    const preview = this.preview.value
    if (!preview) return
    const made = await this.room.api.call<Edition>('POST', `${ROOT}/import/${encodeURIComponent(preview.id)}/apply`, { first_day: firstDay })
    this.forget()
    this.taken.value = made
    await Promise.all([this.load(), this.loadPresent()])
  }

  async withdraw(edition: Edition): Promise<void> {
    this.editions.value = await this.room.api.call<Editions>('DELETE', `${ROOT}/editions/${edition.first_day ?? ''}`)
  }
}
