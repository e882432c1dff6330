import type { EditPreview } from '#shared/edits/edit-preview'

/**
 * Whether an edit and the one after it may change places: they touch nothing in common. Of a change that several edits made, the order
 * counts.
 */
export function mayTrade(changes: EditPreview['changes'], edit: number, other: number): boolean {
  const ofOne = changes.filter((change) => change.edits.includes(edit))
  const ofOther = changes.filter((change) => change.edits.includes(other))
  return !ofOne.some((change) => ofOther.some((second) => change === second || overlaps(change, second)))
}

type Change = EditPreview['changes'][number]

/** The same path, one below the other, or the same partition as a whole. */
function overlaps(one: Change, other: Change): boolean {
  if (one.kind === 'disk') return other.kind === 'disk' && one.partition === other.partition && one.what === other.what
  if (other.kind === 'disk') return false
  if (one.partition !== other.partition) return false
  return pathsOf(one).some((path) => pathsOf(other).some((second) => isWithin(path, second) || isWithin(second, path)))
}

function pathsOf(change: Extract<Change, { kind: 'file' }>): string[] {
  return change.from === null ? [change.path] : [change.path, change.from]
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
