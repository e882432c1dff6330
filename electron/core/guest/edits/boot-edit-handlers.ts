import type { BootEntry } from '#shared/boot/boot-entry'
import { setBlsArgs } from '#shared/boot/bls'
import { applyArgChanges } from '#shared/boot/kernel-args'
import { AppError } from '#shared/errors/app-error'
import type { EditHandlers } from './edit-handler.js'

export const bootEditHandlers: EditHandlers<'kernel-args'> = {
  async 'kernel-args'(context, edit) {
    const { files, entries } = await context.boot()
    for (const entry of chooseEntries(entries, edit.entry)) {
      const file = files.find(({ id }) => id === entry.file)
      if (!file) throw new AppError('boot-entry-not-found', { details: { entry: entry.id } })
      const text = setBlsArgs(file.text, applyArgChanges(entry.args, edit.changes))
      const bytes = Buffer.from(text, file.encoding)
      await context.draft.write(file.partition, file.realPath, bytes, bytes.length)
    }
  },
}

/** The entries that an edit means. Throws `boot-entry-not-found`, `edit-conflict` for one that cannot be edited. */
export function chooseEntries(entries: readonly BootEntry[], choice: string): BootEntry[] {
  if (choice === '*') {
    const editable = entries.filter((entry) => entry.problem === null)
    if (editable.length === 0) throw new AppError('no-boot-entries')
    return editable
  }
  const found = entries.find((entry) => (choice === 'default' ? entry.isDefault : entry.id === choice))
  if (!found) throw new AppError('boot-entry-not-found', { details: { entry: choice } })
  if (found.problem !== null) throw new AppError('edit-conflict', { details: { entry: found.id, reason: found.problem } })
  return [found]
}
