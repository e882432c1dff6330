import { AppError } from '#shared/errors/app-error'
import { readRevision } from '../files/identity.js'
import type { ImageSource } from '../guest/source.js'

/** Throws `image-changed` when any file of the image is another one than when it was read. */
export async function requireUnchanged(source: ImageSource): Promise<void> {
  const now = (await Promise.all(source.files.map((file) => readRevision(file)))).join('.')
  if (now !== source.revision) throw new AppError('image-changed', { details: { path: source.path }, actions: [{ kind: 'reload' }] })
}
