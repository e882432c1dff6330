import { planConsoleBlock, planDefault, planTimeout } from '#shared/boot/plan-default'
import { AppError } from '#shared/errors/app-error'
import { bootArgHandlers } from './boot-arg-handlers.js'
import { bootEntryHandlers } from './boot-entry-handlers.js'
import { findEntry, writeTexts } from './boot-writing.js'
import type { EditHandlers } from './edit-handler.js'

export { chooseEntries } from './boot-writing.js'

const bootMenuHandlers: EditHandlers<'boot-default' | 'boot-timeout' | 'console-block'> = {
  async 'boot-default'(context, edit) {
    const { files, entries } = await context.boot()
    const entry = findEntry(entries, edit.entry)
    if (!entry.enabled) throw new AppError('edit-conflict', { details: { path: entry.path, reason: 'the entry is switched off' } })
    await writeTexts(context, files, planDefault(files, entry))
    const now = (await context.boot()).entries.find(({ isDefault }) => isDefault)
    if (now && now.id !== entry.id) context.note(`"${now.title}" still comes first: ${now.defaultReason ?? 'another boot loader decides'}`)
  },
  async 'boot-timeout'(context, edit) {
    const { files, entries } = await context.boot()
    const [entry] = entries
    if (!entry) throw new AppError('no-boot-entries')
    await writeTexts(context, files, planTimeout(files, entry, edit.seconds))
  },
  async 'console-block'(context, edit) {
    const { files } = await context.boot()
    await writeTexts(context, files, planConsoleBlock(files, edit.lines, edit.addMarkers ?? false))
  },
}

export const bootEditHandlers = { ...bootArgHandlers, ...bootMenuHandlers, ...bootEntryHandlers } satisfies EditHandlers<
  keyof typeof bootArgHandlers | keyof typeof bootMenuHandlers | keyof typeof bootEntryHandlers
>
