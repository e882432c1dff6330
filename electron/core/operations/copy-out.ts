import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { discardPart, partPath, publish } from '../files/atomic-output.js'
import { checkOutput, outputExists } from '../files/checks.js'
import { requireSpace } from '../files/disk-space.js'
import { errnoCode, syncFolder } from '../files/sync.js'
import { createTurns } from '../guest/volumes/turns.js'
import type { CopyEntry, CopyPlan } from './copy-plan.js'
import type { ImageView } from './image-view.js'

/** Files written at once: reading most file systems starts a process for each. */
const AT_ONCE = 4
/** Whatever a copy needs beside its bytes: folders, inodes. */
const ENTRY_BYTES = 4096
const PERMISSIONS = 0o777

export interface CopyRequest {
  readonly view: ImageView
  readonly plan: CopyPlan
  /** Existing folder of this machine. */
  readonly folder: string
  /** Files of that name may be replaced; folders never are. */
  readonly replace: boolean
  /** Permission bits as in the image, without setuid and setgid, and times; else those of any new file. */
  readonly keepModes: boolean
  /** Names the part files, so that a crash can be cleaned up. */
  readonly id: string
  readonly signal: AbortSignal | undefined
  /** Waited for between pieces of what is copied. */
  readonly pausePoint?: () => Promise<void>
  /** Files of the image itself, which nothing may replace. */
  readonly sources: readonly string[]
  readonly claim?: (kind: 'part-file' | 'folder', what: string) => () => void
  readonly onBytes?: (done: number) => void
  /** Last word before the copies take their names; may throw. */
  readonly beforePublish?: () => Promise<void>
}

interface Part {
  readonly part: string
  readonly target: string
  readonly kind: CopyEntry['kind']
}

/**
 * Copies files and folders out of an image. Each is written beside its place under the name of a part file and gets its own name when
 * all are whole; whatever ends it early, nothing of it stays. Nothing is ever written through a link that came out of the image.
 * Returns the paths that were made. Throws `output-exists`, `no-space`, `folder-not-writable`, `filesystem-unreadable`, `cancelled`.
 */
export async function copyOut(request: CopyRequest): Promise<string[]> {
  const { plan, folder } = request
  const tops = plan.entries.filter(({ relative }) => !relative.includes('/'))
  const targets = await Promise.all(plan.names.map((name) => checkTarget(request, path.join(folder, name))))
  await requireSpace(folder, plan.bytes + plan.entries.length * ENTRY_BYTES, plan.largestBytes)
  const parts = targets.map((target, index): Part => ({ target, part: partPath(target, request.id), kind: tops[index]?.kind ?? 'file' }))
  const releases: (() => void)[] = []
  try {
    for (const { part, kind } of parts) releases.push(request.claim?.(kind === 'folder' ? 'folder' : 'part-file', part) ?? (() => {}))
    await writeAll(request, new Map(plan.names.map((name, index) => [name, parts[index]?.part ?? ''])))
    await request.beforePublish?.()
    if (request.signal?.aborted) throw new AppError('cancelled')
    for (const part of parts) await publishPart(part, request.replace)
    return targets
  } finally {
    for (const { part } of parts) await discardWhole(part)
    for (const release of releases) release()
  }
}

async function checkTarget({ sources, replace }: CopyRequest, target: string): Promise<string> {
  const there = await lstat(target).catch(() => null)
  if (there?.isDirectory()) throw outputExists(target)
  return checkOutput({ target, sources, replace })
}

async function publishPart({ part, target, kind }: Part, replace: boolean): Promise<void> {
  if (kind === 'file') return publish({ part, target, replace })
  // rename(2) would put a link or a folder in the place of a file without asking.
  if (!replace && (await lstat(target).catch(() => null))) throw outputExists(target)
  await rename(part, target).catch((thrown: unknown) => {
    throw ['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR'].includes(errnoCode(thrown)) ? outputExists(target) : thrown
  })
  await syncFolder(path.dirname(target))
}

async function writeAll(request: CopyRequest, parts: ReadonlyMap<string, string>): Promise<void> {
  const place = ({ relative }: CopyEntry): string => {
    const [first = '', ...rest] = relative.split('/')
    return path.join(parts.get(first) ?? '', ...rest)
  }
  const { entries } = request.plan
  const folders = entries.filter(({ kind }) => kind === 'folder')
  // One by one and never one that is there: a name that a link has taken ends the copy.
  for (const entry of folders) await mkdir(place(entry), { mode: 0o700 })
  await writeFiles(
    request,
    entries.filter(({ kind }) => kind === 'file'),
    place,
  )
  for (const entry of entries) if (entry.kind === 'link') await symlink(entry.stat.linkTarget ?? '', place(entry))
  for (const entry of folders.toReversed()) await finishFolder(request, entry, place(entry))
}

/** The first failure stops the others, and is what is told. */
async function writeFiles(request: CopyRequest, files: readonly CopyEntry[], place: (entry: CopyEntry) => string): Promise<void> {
  const failed = new AbortController()
  const signal = request.signal ? AbortSignal.any([request.signal, failed.signal]) : failed.signal
  const inTurn = createTurns(AT_ONCE)
  let done = 0
  const count = (bytes: number): void => {
    done += bytes
    request.onBytes?.(done)
  }
  let first: unknown
  await Promise.all(
    files.map((entry) =>
      inTurn(async () => {
        if (signal.aborted) return
        await writeFile(request, entry, place(entry), { signal, count, pausePoint: request.pausePoint })
      }).catch((thrown: unknown) => {
        first ??= thrown
        failed.abort()
      }),
    ),
  )
  if (request.signal?.aborted) throw new AppError('cancelled')
  if (first !== undefined) throw first
}

/** What the bytes of a file pass on their way. */
interface Way {
  readonly signal: AbortSignal
  readonly count: (bytes: number) => void
  readonly pausePoint: CopyRequest['pausePoint']
}

async function writeFile({ view, keepModes }: CopyRequest, entry: CopyEntry, target: string, way: Way): Promise<void> {
  const handle = await open(target, 'wx', keepModes ? 0o600 : 0o666)
  try {
    const written = await pour(contentOf(view, entry, way.signal), handle, way)
    const expected = entry.stat.sizeBytes
    if (expected !== null && written !== expected) {
      const reason = `only ${written} of ${expected} bytes could be read`
      throw new AppError('filesystem-unreadable', { details: { file: entry.at.path, partition: entry.at.partition, reason } })
    }
    if (keepModes && entry.stat.mode !== null) await handle.chmod(entry.stat.mode & PERMISSIONS)
    if (keepModes && entry.stat.mtime !== null) await handle.utimes(entry.stat.mtime, entry.stat.mtime)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function pour(content: AsyncIterable<Uint8Array>, handle: FileHandle, { signal, count, pausePoint }: Way): Promise<number> {
  let written = 0
  for await (const chunk of content) {
    await pausePoint?.()
    if (signal.aborted) throw new AppError('cancelled')
    for (let from = 0; from < chunk.length; ) from += (await handle.write(chunk, from)).bytesWritten
    written += chunk.length
    count(chunk.length)
  }
  return written
}

async function* contentOf({ draft, image }: ImageView, { at }: CopyEntry, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const staged = draft?.contentOf(at.partition, at.path)
  if (!staged) yield* image.files.stream(at.partition, draft?.stagedAt(at.partition, at.path).original ?? at.path, { signal })
  else if ('hostFile' in staged.content)
    yield* (await open(staged.content.hostFile, 'r')).createReadStream({ signal }) as AsyncIterable<Uint8Array>
  else yield staged.content
}

async function finishFolder({ keepModes }: CopyRequest, { stat }: CopyEntry, target: string): Promise<void> {
  if (keepModes && stat.mtime !== null) await utimes(target, stat.mtime, stat.mtime)
  await chmod(target, keepModes && stat.mode !== null ? stat.mode & PERMISSIONS : 0o777 & ~process.umask())
  await syncFolder(target).catch((thrown: unknown) => {
    // A folder that its owner may not read cannot be opened for that.
    if (errnoCode(thrown) !== 'EACCES') throw thrown
  })
}

/** Folders that may not be written to keep what is in them, so they are opened first. */
async function discardWhole(part: string): Promise<void> {
  await discardPart(part).catch(async (thrown: unknown) => {
    if (errnoCode(thrown) !== 'EACCES') throw thrown
    await makeWritable(part)
    await discardPart(part)
  })
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await makeWritable(path.join(folder, entry.name))
}
