import { constants } from 'node:fs'
import { access, lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, toAppError } from '#shared/errors/app-error'
import { isSameFile } from './identity.js'
import { errnoCode } from './sync.js'

export interface OutputRequest {
  /** Absolute path of the file to make. */
  readonly target: string
  /** Files that the output must not be: the source, its backing files and extents. */
  readonly sources: readonly string[]
  /** The user agreed to replace an existing file. */
  readonly replace: boolean
}

/** NAME_MAX of every Linux file system that matters here, in bytes. */
const NAME_MAX = 255

/**
 * Checks an output path before any work starts, and returns it with the symlinks of its folder resolved.
 * Throws `bad-input`, `folder-not-writable`, `output-is-source`, `output-exists` or `not-a-regular-file`.
 */
export async function checkOutput({ target, sources, replace }: OutputRequest): Promise<string> {
  requireUsableName(target)
  const folder = await resolveFolder(path.dirname(target))
  const resolved = path.join(folder, path.basename(target))

  for (const source of sources) {
    if (await isSameFile(source, resolved)) {
      throw new AppError('output-is-source', { details: { path: target }, actions: [{ kind: 'choose-output' }] })
    }
  }

  const present = await lstat(resolved).catch(() => null)
  if (!present) return resolved
  if (present.isDirectory()) {
    const details = { path: target, reason: 'it is a folder', next: 'Choose another name, or name the file that is to be made in it.' }
    throw new AppError(replace ? 'not-a-regular-file' : 'output-exists', { details, actions: [{ kind: 'choose-output' }] })
  }
  if (!replace) throw outputExists(target)
  // rename(2) would replace the link and leave what it points to; that is not what was agreed to.
  if (!present.isFile()) throw new AppError('not-a-regular-file', { details: { path: target }, actions: [{ kind: 'choose-output' }] })
  return resolved
}

/** Throws `bad-input` where a name would break a line of a manifest, a descriptor or a list of digests. */
export function requireOneLineName(target: string): void {
  if (!/\p{Cc}/u.test(path.basename(target))) return
  const reason = 'the name holds a line end or another control character'
  throw new AppError('bad-input', { details: { path: target, reason }, actions: [{ kind: 'choose-output' }] })
}

/** Throws `bad-input` where the name of a VMDK would break the lines of its descriptor, which have no way to write it. */
export function requireDescriptorName(target: string): void {
  requireOneLineName(target)
  if (!path.basename(target).includes('"')) return
  const reason = 'the name holds a double quote, which the descriptor of a VMDK cannot tell'
  throw new AppError('bad-input', { details: { path: target, reason }, actions: [{ kind: 'choose-output' }] })
}

/** The refusal to write over a file that nobody agreed to replace. */
export function outputExists(target: string): AppError {
  return new AppError('output-exists', { details: { path: target }, actions: [{ kind: 'choose-output' }] })
}

/** As `toAppError`, with the system errors that have words of their own. */
export function toJobError(thrown: unknown): AppError {
  const code = errnoCode(thrown)
  const named = thrown instanceof Error && 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : ''
  if (thrown instanceof Error && thrown.name === 'AbortError') return new AppError('cancelled', { cause: thrown })
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('no-space', { details: { path: named }, actions: [{ kind: 'retry' }], cause: thrown })
  if (code === 'EFBIG') return new AppError('file-too-large', { details: { path: named }, cause: thrown })
  return toAppError(thrown)
}

/** What a write into one of our own folders failed with, when the folder is to blame; undefined for other errors. */
export function toUnwritable(thrown: unknown, folder: string): AppError | undefined {
  const code = errnoCode(thrown)
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT'].includes(code)) return undefined
  return new AppError('folder-not-writable', { details: { folder, reason: code }, actions: [{ kind: 'retry' }], cause: thrown })
}

function requireUsableName(target: string): void {
  const reject = (reason: string) => new AppError('bad-input', { details: { path: target, reason } })
  if (target.includes('\0')) throw reject('the path holds a NUL character')
  if (!path.isAbsolute(target)) throw reject('the path is not absolute')
  if (target.endsWith('/') || ['.', '..'].includes(path.basename(target))) throw reject('the path names a folder')
  if (Buffer.byteLength(path.basename(target)) > NAME_MAX) throw reject(`the name is longer than ${NAME_MAX} bytes`)
}

async function resolveFolder(folder: string): Promise<string> {
  const refuse = (reason: string, cause?: unknown) =>
    new AppError('folder-not-writable', { details: { folder, reason }, actions: [{ kind: 'choose-output' }], cause })
  try {
    const real = await realpath(folder)
    if (!(await stat(real)).isDirectory()) throw refuse('ENOTDIR')
    await access(real, constants.W_OK | constants.X_OK)
    return real
  } catch (error) {
    throw error instanceof AppError ? error : refuse(errnoCode(error) || String(error), error)
  }
}
