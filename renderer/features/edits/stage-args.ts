import type { BootEntry } from '#shared/boot/boot-entry'
import { applyArgChanges } from '#shared/boot/kernel-args'
import { editsForArgs } from '#shared/edits/args-edit'
import type { Edit, EditKind, KernelArgsEdit } from '#shared/edits/edit'

/** An entry as far as staging looks at it. */
type Target = Pick<BootEntry, 'id' | 'sources'>

/**
 * After these an id can mean another entry, or a copy has taken over what was there: changes of arguments before them stay where they
 * are, and count as what others made.
 */
const FENCES: ReadonlySet<EditKind> = new Set(['entry-add', 'entry-duplicate', 'entry-move', 'entry-remove', 'entry-enable'])

/** Changes of this very entry's arguments that can still be worked out anew; those of all entries are not among them. */
export function ownArgEdits(edits: readonly Edit[], entry: string): KernelArgsEdit[] {
  return edits.slice(fenceAt(edits) + 1).filter(changesArgsOf(entry))
}

/** The list without `ownArgEdits`: what it leaves is what the entry's own edits begin with. */
export function withoutOwnArgs(edits: readonly Edit[], entry: string): Edit[] {
  const isMine = changesArgsOf(entry)
  const fence = fenceAt(edits)
  return edits.filter((edit, index) => index <= fence || !isMine(edit))
}

function fenceAt(edits: readonly Edit[]): number {
  return edits.findLastIndex((edit) => FENCES.has(edit.kind))
}

/** Edits of this very entry's arguments; those of all entries are not. */
export function changesArgsOf(entry: string): (edit: Edit) => edit is KernelArgsEdit {
  return (edit): edit is KernelArgsEdit => edit.kind === 'kernel-args' && edit.entry === entry
}

/** Whether nothing behind the entry's own edits touches it, so that they alone make its list out of what the others leave. */
export function ownArgsAreLast(edits: readonly Edit[], entry: Target): boolean {
  const isMine = changesArgsOf(entry.id)
  const first = edits.findIndex((edit, index) => index > fenceAt(edits) && isMine(edit))
  return first < 0 || !edits.slice(first).some((edit) => !isMine(edit) && mayTouch(edit, entry))
}

/** Only another entry's own arguments surely are no concern of this one, as long as both take none from a common place. */
function mayTouch(edit: Edit, entry: Target): boolean {
  if (edit.kind !== 'kernel-args' || edit.entry === '*' || edit.entry === 'default') return true
  return edit.entry === entry.id || entry.sources.some((source) => source.shared)
}

/** The list that the entry's own edits make of `base`. Throws what a change throws that does not fit. */
export function argsAfter(base: readonly string[], edits: readonly Edit[], entry: string): string[] {
  return applyArgChanges(
    base,
    ownArgEdits(edits, entry).flatMap((edit) => edit.changes),
  )
}

/**
 * Edits that leave `wanted` in `entry`, one change each. They are worked out from `base`, the list that all other edits leave, so they
 * hold what differs and nothing that cancels out; and they stand where the entry's edits stood, or at the end where something behind
 * that touches the entry.
 */
export function stageArgs(
  edits: readonly Edit[],
  entry: Target,
  base: readonly string[],
  wanted: readonly string[],
  keep = false,
): readonly Edit[] {
  const isMine = changesArgsOf(entry.id)
  const fence = fenceAt(edits)
  const others = withoutOwnArgs(edits, entry.id)
  const found = edits.findIndex((edit, index) => index > fence && isMine(edit))
  const at = found < 0 || !ownArgsAreLast(edits, entry) ? others.length : found
  const changes = editsForArgs(entry.id, base, wanted)?.changes ?? []
  const mine = changes.map((change): Edit => ({ kind: 'kernel-args', entry: entry.id, changes: [change], ...(keep ? { keep } : {}) }))
  return [...others.slice(0, at), ...mine, ...others.slice(at)]
}

/** The same edits, with or without the places from which later kernels take their arguments. */
export function keepOwnArgs(edits: readonly Edit[], entry: string, keep: boolean): Edit[] {
  const own = new Set<Edit>(ownArgEdits(edits, entry))
  return edits.map((edit) => {
    if (edit.kind !== 'kernel-args' || !own.has(edit)) return edit
    const { keep: _before, ...plain } = edit
    return keep ? { ...plain, keep } : plain
  })
}
