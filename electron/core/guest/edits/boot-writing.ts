import type { BootEntry, BootFile } from '#shared/boot/boot-entry'
import type { TextPlan } from '#shared/boot/plan-default'
import { AppError } from '#shared/errors/app-error'
import type { EditContext } from './edit-handler.js'

/** Files of a boot menu are read before anybody has logged in. */
export const NEW_BOOT_FILE = { mode: 0o644, uid: 0, gid: 0 }

/** The entries that an edit means. Throws `boot-entry-not-found`, `edit-conflict` for one that cannot be edited. */
export function chooseEntries(entries: readonly BootEntry[], choice: string): BootEntry[] {
  if (choice === '*') {
    const editable = entries.filter((entry) => entry.problem === null)
    if (editable.length === 0) throw new AppError('no-boot-entries')
    return editable
  }
  const found = findEntry(entries, choice)
  if (found.problem !== null) throw new AppError('edit-conflict', { details: { entry: found.id, path: found.path, reason: found.problem } })
  return [found]
}

/** An entry by its id, or the default one. Throws `boot-entry-not-found`. */
export function findEntry(entries: readonly BootEntry[], choice: string): BootEntry {
  const found = entries.find((entry) => (choice === 'default' ? entry.isDefault : entry.id === choice))
  if (!found) throw new AppError('boot-entry-not-found', { details: { entry: choice } })
  return found
}

/** Throws `boot-entry-not-found`. */
export function fileOfEntry(files: readonly BootFile[], entry: BootEntry): BootFile {
  const file = files.find(({ id }) => id === entry.file)
  if (!file) throw new AppError('boot-entry-not-found', { details: { entry: entry.id } })
  return file
}

/** Writes what a plan says. Throws `edit-conflict` for a file that cannot be written. */
export async function writeTexts({ draft, note }: EditContext, files: readonly BootFile[], plan: TextPlan): Promise<void> {
  const changed = [...plan.texts].filter(([file, text]) => text !== file.text)
  const locked = changed.find(([file]) => file.problem !== null && files.includes(file))?.[0]
  if (locked) throw new AppError('edit-conflict', { details: { path: locked.path, reason: locked.problem ?? '' } })
  for (const [file, text] of changed) {
    const bytes = Buffer.from(text, file.encoding)
    await draft.write(file.partition, file.realPath, bytes, bytes.length)
  }
  for (const { partition, path, text } of plan.created) {
    await draft.makeFolders(partition, path.slice(0, path.lastIndexOf('/')) || '/')
    await draft.write(partition, path, Buffer.from(text, 'utf8'), Buffer.byteLength(text, 'utf8'), NEW_BOOT_FILE)
  }
  for (const text of plan.notes) note(text)
}
