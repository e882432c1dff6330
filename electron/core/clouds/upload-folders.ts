import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Dirs } from '../files/dirs.js'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** One folder per upload, with its journal. */
export function uploadsFolder({ state }: Pick<Dirs, 'state'>): string {
  return path.join(state, 'uploads')
}

/** Throws `job-not-found` for what is no id of an upload. */
export function uploadFolder(dirs: Pick<Dirs, 'state'>, upload: string): string {
  return path.join(uploadsFolder(dirs), requireId(upload))
}

/** Where a file that is made to be sent stays until the upload has ended, also over a break. */
export function uploadCacheFolder({ cache }: Pick<Dirs, 'cache'>, upload: string): string {
  return path.join(cache, 'uploads', requireId(upload))
}

function requireId(upload: string): string {
  if (!UUID.test(upload)) throw new AppError('job-not-found', { details: { id: upload } })
  return upload.toLowerCase()
}
