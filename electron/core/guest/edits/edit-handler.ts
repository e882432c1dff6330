import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit, EditKind, EditOf } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { OsTree } from '#shared/images/os-tree'
import type { GuestDraft } from '../draft.js'

/** A place in an image, found: symlinks of its path are followed where that can be told. */
export interface Located {
  readonly partition: number
  readonly path: string
}

/** What a handler works with. All it learns it reads from the draft, so it sees what the edits before it made. */
export interface EditContext {
  readonly draft: GuestDraft
  /** How the image boots with the edits so far; notes are left out. */
  boot(): Promise<Omit<BootReport, 'elapsedMs'>>
  /** The tree that the system in the image sees; null where none is found. */
  tree(): Promise<OsTree | null>
  /** Where the backup GPT is in the image; null where that is not known. */
  readonly backupGpt: 'misplaced' | 'in-place' | 'none' | null
  /** Where a place of the system's tree or of a partition is. Throws `partition-not-found`, `bad-input` where it is not clear. */
  locate(place: GuestPlace): Promise<Located>
  /** Something worth knowing about what this edit does. */
  note(text: string): void
}

/**
 * Carries out one kind of edit on a draft. It reads and checks before it changes, so that an edit that does not fit changes nothing.
 * Throws `AppError`.
 */
export type EditHandler<E extends Edit> = (context: EditContext, edit: E) => Promise<void>

export type EditHandlers<K extends EditKind> = { readonly [Kind in K]: EditHandler<EditOf<Kind>> }
