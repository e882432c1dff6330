import type { BootEntry } from '#shared/boot/boot-entry'
import { applyArgChanges } from '#shared/boot/kernel-args'
import type { Edit } from '#shared/edits/edit'
import type { KernelArgsEdit } from '#shared/edits/edit'
import { editsForArgs } from '#shared/edits/args-edit'

/** The arguments of `entry` after the staged edits. Throws what a change throws when an edit no longer fits the entry. */
export function argsAfter(entry: BootEntry, edits: readonly Edit[]): string[] {
  return applyArgChanges(
    entry.args,
    edits.filter(changesArgsOf(entry.id)).flatMap((edit) => edit.changes),
  )
}

/**
 * Edits that leave `args` in `entry`, one change each, at the place where the entry's edits stood.
 * They are worked out from the entry as it is in the image, so the list holds what differs and nothing that cancels out.
 */
export function stageArgs(edits: readonly Edit[], entry: BootEntry, args: readonly string[]): Edit[] {
  const isMine = changesArgsOf(entry.id)
  const found = edits.findIndex(isMine)
  const others = edits.filter((edit) => !isMine(edit))
  const changes = editsForArgs(entry.id, entry.args, args)?.changes ?? []
  const mine = changes.map((change): Edit => ({ kind: 'kernel-args', entry: entry.id, changes: [change] }))
  const at = found < 0 ? others.length : edits.slice(0, found).filter((edit) => !isMine(edit)).length
  return [...others.slice(0, at), ...mine, ...others.slice(at)]
}

/** Edits of this very entry's arguments; those of all entries are not. */
export function changesArgsOf(entry: string): (edit: Edit) => edit is KernelArgsEdit {
  return (edit): edit is KernelArgsEdit => edit.kind === 'kernel-args' && edit.entry === entry
}

/** How a chip or the text box wants one entry's list to be: null where the entry has nothing to change. */
export type ArgsChange = (args: readonly string[], entry: BootEntry) => string[] | null

/** Applies the same wish to several entries, each from its own list. */
export function stageChange(edits: readonly Edit[], entries: readonly BootEntry[], change: ArgsChange): Edit[] {
  return entries.reduce<Edit[]>(
    (staged, entry) => {
      const next = entry.problem === null ? change(argsAfter(entry, staged), entry) : null
      return next === null ? staged : stageArgs(staged, entry, next)
    },
    [...edits],
  )
}
