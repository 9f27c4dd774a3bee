/** Moving through a tree of rows by keyboard, as the ARIA tree pattern has it. Pure. */

export interface KeyRow {
  depth: number
  /** Undefined for what cannot be opened. */
  open?: boolean
}

export type TreeStep = { move: number } | { toggle: number } | null

function parentOf(rows: readonly KeyRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0
  for (let at = index - 1; at >= 0; at--) if ((rows[at]?.depth ?? 0) < depth) return at
  return index
}

/** What a key does at the row that has the focus; null when it is none of the tree's. `page`: rows in view. */
export function treeStep(rows: readonly KeyRow[], index: number, key: string, page: number): TreeStep {
  const row = rows[index]
  const last = rows.length - 1
  if (!row) return rows.length > 0 && key.startsWith('Arrow') ? { move: 0 } : null
  switch (key) {
    case 'ArrowDown':
      return { move: Math.min(last, index + 1) }
    case 'ArrowUp':
      return { move: Math.max(0, index - 1) }
    case 'Home':
      return { move: 0 }
    case 'End':
      return { move: last }
    case 'PageDown':
      return { move: Math.min(last, index + page) }
    case 'PageUp':
      return { move: Math.max(0, index - page) }
    case 'ArrowRight':
      if (row.open === false) return { toggle: index }
      return row.open === true && (rows[index + 1]?.depth ?? 0) > row.depth ? { move: index + 1 } : { move: index }
    case 'ArrowLeft':
      return row.open === true ? { toggle: index } : { move: parentOf(rows, index) }
    default:
      return null
  }
}
