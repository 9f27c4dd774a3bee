/** What a display shows, in a few words. */
import type { Room } from '../stores/room'
import type { Showing } from './display_types'

interface Words {
  t: (key: string, values?: Record<string, unknown>) => string
  name: (thing: { name: string; name_en?: string | null } | undefined, otherwise?: string) => string
  both: (text: { zh: string; en: string } | null | undefined) => string
}

export function showingLabel(showing: Showing, room: Room, { t, name, both }: Words, tourName: (id: string) => string): string {
  switch (showing.kind) {
    case 'camera':
      return name(room.cameras.byId.get(showing.camera), t('displays.unknownCamera', { id: showing.camera }))
    case 'arrangement':
      return showing.name || t('displays.unnamed')
    case 'tour':
      return tourName(showing.tour_id)
    case 'case': {
      const item = room.cases.byId.get(showing.case_id)
      return item ? `${both(item.title)} · ${item.number}` : t('displays.what.case')
    }
    case 'blank':
      return t('displays.blank')
  }
}
