import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit, EditKind } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import { type AppErrorData, toAppError } from '#shared/errors/app-error'
import type { Partition } from '#shared/images/image-info'
import { findBootConfig } from '../boot-config.js'
import { GuestDraft } from '../draft.js'
import type { GuestFiles } from '../guest-files.js'
import { locateIn } from '../locate.js'
import { bootEditHandlers } from './boot-edit-handlers.js'
import { diskEditHandlers } from './disk-edit-handlers.js'
import type { EditContext, EditHandler, EditHandlers } from './edit-handler.js'
import { fileEditHandlers } from './file-edit-handlers.js'

const HANDLERS: EditHandlers<EditKind> = { ...bootEditHandlers, ...fileEditHandlers, ...diskEditHandlers }

export interface EditOutcome {
  /** Null when the edit was applied. */
  readonly problem: AppErrorData | null
  readonly notes: readonly string[]
}

export interface AppliedEdits {
  readonly draft: GuestDraft
  /** One for each edit, in their order. */
  readonly outcomes: readonly EditOutcome[]
  /** How the image boots with the edits. */
  readonly boot: Omit<BootReport, 'elapsedMs'>
}

/**
 * Applies edits, in their order, to a draft of an image. An edit that fails is told in its outcome, and the others are tried all the
 * same, so that all that is wrong can be shown at once.
 */
export async function applyEdits(base: GuestFiles, partitions: readonly Partition[], edits: readonly Edit[]): Promise<AppliedEdits> {
  const draft = new GuestDraft(base, partitions)
  const outcomes: EditOutcome[] = []
  for (const [index, edit] of edits.entries()) {
    draft.beginEdit(index)
    const notes: string[] = []
    outcomes.push({ problem: await applyOne(contextOf(draft, notes), edit), notes })
  }
  return { draft, outcomes, boot: await findBootConfig(draft, partitions) }
}

async function applyOne(context: EditContext, edit: Edit): Promise<AppErrorData | null> {
  try {
    await (HANDLERS[edit.kind] as EditHandler<Edit>)(context, edit)
    return null
  } catch (thrown) {
    return toAppError(thrown).data
  }
}

function contextOf(draft: GuestDraft, notes: string[]): EditContext {
  return {
    draft,
    boot: () => findBootConfig(draft, draft.partitions),
    locate: (place: GuestPlace) => locateIn(draft, draft.partitions, place),
    note: (text) => notes.push(text),
  }
}
