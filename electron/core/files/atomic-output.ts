import { link, lstat, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { outputExists } from './checks.js'
import { isSameFile } from './identity.js'
import { errnoCode, syncFile, syncFolder } from './sync.js'

export interface PartFile {
  /** Where the result is written until it is verified. In the target's folder, so that publishing is a rename. */
  readonly part: string
  readonly target: string
}

export interface PartFolder {
  readonly folder: string
  /** The result's main file under its final name: the descriptor that names the other files. */
  readonly part: string
  readonly target: string
}

export interface Publication {
  readonly target: string
  /** Whether a file that stands under the final name may be replaced. */
  readonly replace: boolean
}

const NAME_MAX = 255
/** Holds what a multi-file publication replaced until its last file bears its final name. */
const REPLACED = '.replaced'

/** File systems without hard links (FAT, exFAT, some network ones) answer link(2) with one of these. */
const LINK_UNSUPPORTED: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** `.NAME.JOBID.part` beside the target. A long NAME is cut, at a whole character, to what a file name can hold. */
export function partPath(target: string, jobId: string): string {
  const suffix = `.${jobId}.part`
  let name = path.basename(target)
  while (Buffer.byteLength(`.${name}${suffix}`) > NAME_MAX) name = Array.from(name).slice(0, -1).join('')
  return path.join(path.dirname(target), `.${name}${suffix}`)
}

/**
 * Creates the empty part file for `target`. Claim its path (`partPath`) in the job's journal first.
 * Throws `folder-not-writable` or `no-space`.
 */
export async function openPartFile(target: string, jobId: string, mode = 0o666): Promise<PartFile> {
  const part = partPath(target, jobId)
  const handle = await open(part, 'wx', mode).catch((cause: unknown) => rejectCreate(target, cause))
  await handle.close()
  return { part, target }
}

/** As `openPartFile`, for results of several files (VMDK with extents): a private folder where each has its final name. */
export async function openPartFolder(target: string, jobId: string): Promise<PartFolder> {
  const folder = partPath(target, jobId)
  await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => rejectCreate(target, cause))
  return { folder, part: path.join(folder, path.basename(target)), target }
}

/**
 * Gives a finished part file its final name: fsync, rename, fsync of the folder. The only order that survived a power cut
 * in our measurements. Without `replace` an existing file is never touched: throws `output-exists` and leaves the part.
 */
export async function publish({ part, target, replace }: Publication & { readonly part: string }): Promise<void> {
  await syncFile(part)
  if (replace) await rename(part, target)
  else await renameIfFree(part, target)
  await syncFolder(path.dirname(target))
}

/**
 * Publishes all files of a part folder, extents first and the main file last, so that the target's name only ever stands
 * for a complete set. What is replaced is kept until then and put back when publishing fails. The files keep their names in the
 * folder until the set is whole: these tell after a crash which published names are ours. Removes the folder. Throws `output-exists`.
 */
export async function publishFolder({ folder, target, replace }: Publication & { readonly folder: string }): Promise<void> {
  const main = path.basename(target)
  const names = (await readdir(folder)).filter((name) => name !== REPLACED)
  if (!names.includes(main)) throw new AppError('internal', { details: { message: `${main} is missing in ${folder}` } })
  const ordered = [...names.filter((name) => name !== main).sort(), main]

  for (const name of ordered) await syncFile(path.join(folder, name))
  await syncFolder(folder)

  const undo: (() => Promise<void>)[] = []
  try {
    // The old main file leaves first: from here on its name stands for nothing rather than for a mixture.
    for (const name of replace ? [...ordered].reverse() : []) await setAside(folder, target, name, undo)
    for (const name of ordered) {
      const [from, to] = [path.join(folder, name), path.join(path.dirname(target), name)]
      undo.push(await nameIfFree(from, to))
    }
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {})
    throw error
  }
  await syncFolder(path.dirname(target))
  await rm(folder, { recursive: true, force: true })
}

/**
 * Takes back what an interrupted `publishFolder` had published of an unfinished set, and puts back what it had set aside. Does
 * nothing when the main file was already published. For recovery, before a part folder is removed.
 */
export async function restoreReplaced(folder: string, target: string): Promise<void> {
  const main = path.basename(target)
  const names = await readdir(folder).catch((): string[] => [])
  if (!names.includes(main) || (await isSameFile(path.join(folder, main), target))) return
  for (const name of names) {
    const published = path.join(path.dirname(target), name)
    if (name !== REPLACED && (await isSameFile(path.join(folder, name), published))) await unlink(published)
  }
  const aside = path.join(folder, REPLACED)
  const old = await readdir(aside).catch(() => [])
  if (old.length === 0) return
  const extentsFirst = [...old.filter((name) => name !== main), ...old.filter((name) => name === main)]
  for (const name of extentsFirst) await rename(path.join(aside, name), path.join(path.dirname(target), name))
  await syncFolder(path.dirname(target))
}

async function setAside(folder: string, target: string, name: string, undo: (() => Promise<void>)[]): Promise<void> {
  const present = path.join(path.dirname(target), name)
  if (!(await exists(present))) return
  await mkdir(path.join(folder, REPLACED), { recursive: true, mode: 0o700 })
  const kept = path.join(folder, REPLACED, name)
  await rename(present, kept)
  undo.push(() => rename(kept, present))
}

/** rename(2) that refuses to replace: link and unlink, as Node has no renameat2(RENAME_NOREPLACE). */
async function renameIfFree(from: string, to: string): Promise<void> {
  if (await linkIfFree(from, to)) await unlink(from)
  else await reserveAndRename(from, to)
}

/** A second name, or where there are no hard links the only one. Returns what takes it back. */
async function nameIfFree(from: string, to: string): Promise<() => Promise<void>> {
  if (await linkIfFree(from, to)) return () => unlink(to)
  await reserveAndRename(from, to)
  return () => rename(to, from)
}

/** False where the file system has no hard links. Throws `output-exists`. */
async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    const code = errnoCode(error)
    if (code === 'EEXIST') throw outputExists(to)
    if (!LINK_UNSUPPORTED.has(code)) throw error
    return false
  }
}

/** Where there are no hard links, an empty file that only we can have made holds the name for the instant before the rename. */
async function reserveAndRename(from: string, to: string): Promise<void> {
  const reserved = await open(to, 'wx').catch((error: unknown) => {
    throw errnoCode(error) === 'EEXIST' ? outputExists(to) : error
  })
  const mine = await reserved.stat({ bigint: true })
  await reserved.close()
  try {
    await rename(from, to)
  } catch (error) {
    const now = await stat(to, { bigint: true }).catch(() => null)
    if (now && now.ino === mine.ino && now.size === 0n) await unlink(to)
    throw error
  }
}

/** Removes a part file or part folder with all in it; fine when it is gone already. */
export async function discardPart(part: string): Promise<void> {
  const present = await lstat(part).catch(() => null)
  if (!present) return
  if (present.isDirectory()) await rm(part, { recursive: true, force: true })
  else await unlink(part)
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null
}

function rejectCreate(target: string, cause: unknown): never {
  const folder = path.dirname(target)
  const reason = errnoCode(cause)
  if (reason === 'ENOSPC' || reason === 'EDQUOT') {
    throw new AppError('no-space', { details: { folder, neededBytes: 1, freeBytes: 0 }, actions: [{ kind: 'choose-output' }], cause })
  }
  throw new AppError('folder-not-writable', {
    details: { folder, reason: reason || String(cause) },
    actions: [{ kind: 'choose-output' }],
    cause,
  })
}
