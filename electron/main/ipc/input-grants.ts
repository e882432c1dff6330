import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { hostFilesOf } from '#shared/edits/host-files'
import { AppError } from '#shared/errors/app-error'

/**
 * Which files of this machine the window may bring into an image: only those that the user chose in a dialog, dropped on the window,
 * or that a recipe names that was loaded. A window that was taken over cannot read others through an edit's preview.
 */
export class InputGrants {
  readonly #granted = new Set<string>()

  grant(files: readonly string[]): void {
    for (const file of files) this.#granted.add(path.resolve(file))
  }

  grantEdits(edits: readonly Edit[]): void {
    this.grant(hostFilesOf(edits))
  }

  isGranted(file: string): boolean {
    return this.#granted.has(path.resolve(file))
  }

  /** Throws `input-not-granted`. */
  assertGranted(files: readonly string[]): void {
    const refused = files.find((file) => !this.isGranted(file))
    if (refused !== undefined) throw new AppError('input-not-granted', { details: { path: refused } })
  }

  /** The same for all files that the edits bring in. */
  assertEdits(edits: readonly Edit[]): void {
    this.assertGranted(hostFilesOf(edits))
  }
}
