import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import { errnoCode } from './sync.js'

export interface OpenedFile {
  readonly handle: FileHandle
  /** Absolute path with all symlinks resolved: the file that `handle` reads. */
  readonly path: string
  readonly stats: BigIntStats
  readonly revision: string
}

/** Changes whenever the file is replaced or written, as far as the file system tells. */
export function revisionOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].map((part) => part.toString(36)).join('-')
}

/** The revision of the file that a path names now. Throws as `openRegularFile`. */
export async function readRevision(path: string): Promise<string> {
  return revisionOf(await stat(path, { bigint: true }).catch((cause: unknown) => rejectOpen(path, cause)))
}

/**
 * Opens a regular file for reading and tells which one it is. Never blocks on a FIFO and never triggers a device.
 * Throws `file-not-found`, `file-not-readable` or `not-a-regular-file`. The caller closes the handle.
 */
export async function openRegularFile(path: string): Promise<OpenedFile> {
  const real = await realpath(path).catch((cause: unknown) => rejectOpen(path, cause))
  // O_NOFOLLOW: what realpath just resolved must not have become a link since.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY
  const before = await stat(real, { bigint: true }).catch((cause: unknown) => rejectOpen(path, cause))
  if (!before.isFile()) throw new AppError('not-a-regular-file', { details: { path } })
  const handle = await open(real, flags).catch((cause: unknown) => rejectOpen(path, cause))
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw new AppError('not-a-regular-file', { details: { path } })
    return { handle, path: real, stats, revision: revisionOf(stats) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Whether two paths name one file on disk; false when one of them does not exist. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => null)))
  return Boolean(left && right && left.dev === right.dev && left.ino === right.ino)
}

function rejectOpen(path: string, cause: unknown): never {
  const code = errnoCode(cause)
  const options = { details: { path, reason: code || String(cause) }, cause }
  if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('file-not-found', options)
  if (code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR') throw new AppError('not-a-regular-file', options)
  if (code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE') throw new AppError('bad-input', options)
  throw new AppError('file-not-readable', options)
}
