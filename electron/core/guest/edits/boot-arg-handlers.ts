import { asSingleChanges, changeArgumentStores, findArgumentStores } from '#shared/boot/argument-stores'
import type { BootEntry, BootFile } from '#shared/boot/boot-entry'
import { argKey } from '#shared/boot/kernel-args'
import { planArgChanges } from '#shared/boot/plan-args'
import { setUkiCmdline } from '#shared/boot/uki'
import type { ArgChange } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { UKI_MAX_BYTES } from '../boot-read.js'
import type { EditContext, EditHandlers } from './edit-handler.js'
import { chooseEntries, writeTexts } from './boot-writing.js'

export const bootArgHandlers: EditHandlers<'kernel-args' | 'keep-kernel-args'> = {
  async 'kernel-args'(context, edit) {
    const { files, entries } = await context.boot()
    const chosen = chooseEntries(entries, edit.entry)
    const plan = planArgChanges(files, chosen, edit.changes)
    const cmdlines = await Promise.all(
      [...plan.cmdlines].map(async ([id, cmdline]) => ({ id, bytes: await ukiWith(context, files, id, cmdline) })),
    )
    const kept = edit.keep ? keptChanges(files, chosen, edit.changes) : []
    await writeTexts(context, files, { texts: plan.texts, created: [], notes: plan.notes })
    for (const { id, bytes } of cmdlines) {
      const file = files.find((each) => each.id === id)
      if (file) await context.draft.write(file.partition, file.realPath, bytes, bytes.length)
    }
    if (edit.keep) await writeKept(context, files, chosen[0], kept)
  },
  async 'keep-kernel-args'(context, edit) {
    const { files, entries } = await context.boot()
    await writeKept(
      context,
      files,
      entries.find((entry) => entry.isDefault),
      changeArgumentStores(files, edit.changes),
    )
  },
}

function keptChanges(
  files: readonly BootFile[],
  chosen: readonly BootEntry[],
  changes: readonly ArgChange[],
): ReturnType<typeof changeArgumentStores> {
  const [first] = chosen.filter(({ args }) => changes.every((change) => change.op !== 'delete' || args.includes(change.arg)))
  return changeArgumentStores(
    files,
    changes.some(({ op }) => op === 'set') ? asSingleChanges((first ?? chosen[0])?.args ?? [], changes) : changes,
  )
}

async function writeKept(
  context: EditContext,
  files: readonly BootFile[],
  entry: BootEntry | undefined,
  changes: ReturnType<typeof changeArgumentStores>,
): Promise<void> {
  if (findArgumentStores(files).length === 0) {
    const isOstree = entry?.args.some((arg) => argKey(arg) === 'ostree') ?? false
    context.note(
      isOstree
        ? 'OSTree takes the arguments of a new deployment from the one before it: nothing more is needed'
        : 'There is neither /etc/kernel/cmdline nor /etc/default/grub: later kernels take what their installer finds',
    )
  }
  await writeTexts(context, files, { texts: new Map(changes.map(({ file, text }) => [file, text])), created: [], notes: [] })
}

/** A unified kernel image with another command line. Throws `edit-conflict` where it cannot have it. */
export async function ukiWith(context: EditContext, files: readonly BootFile[], id: string, cmdline: string): Promise<Uint8Array> {
  const file = files.find((each) => each.id === id)
  if (!file) throw new AppError('boot-entry-not-found', { details: { entry: id } })
  const bytes = await context.draft.read(file.partition, file.realPath, UKI_MAX_BYTES)
  try {
    return setUkiCmdline(bytes, cmdline)
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    throw new AppError(thrown.code, { details: { path: file.path, ...thrown.data.details } })
  }
}
