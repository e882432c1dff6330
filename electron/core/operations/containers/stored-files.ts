import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'
import { listContainers } from '../../tools/podman/containers.js'
import { startCopyOut } from '../../tools/podman/copy-out.js'
import { createContainer } from '../../tools/podman/create.js'
import { removeOwnContainer } from '../../tools/podman/remove-own-container.js'
import { readTar, SeekingInput } from '../unpack/tar-reader.js'
import { isOwnContainer, isOwnerAlive, JOB_LABEL, OWNER_LABEL, ownMark } from './own-labels.js'
import { notThere } from './take.js'

/** Of a copy: enough for the name of what is copied, however long. */
const HEAD_BYTES = 64 * 1024

/** Names the container before it is made, and returns what tells that it is gone. A job's journal, or nothing. */
export type AnnounceContainer = (name: string) => () => void

export interface StoredFilesRequest {
  /** Id of an image in local storage. */
  readonly imageId: string
  /** Job that reads it; null for a look from the window. */
  readonly jobId: string | null
  readonly announce?: AnnounceContainer
}

/** The files of an image in local storage, as its layers together make them. Nothing in it is ever run. */
export interface StoredFiles {
  /** A tar of all files, in the order of the file system. Throws `tool-failed`, `cancelled`. */
  all(): AsyncGenerator<Uint8Array>
  /**
   * A tar of one file, or of a folder with all in it. Links on the way to it are followed inside of the image and nowhere else. Throws `NamedLink` before it gives out
   * anything, `guest-file-not-found`, `tool-failed`, `cancelled`.
   */
  at(path: string): AsyncGenerator<Uint8Array>
  /** Removes the container that it needed, whatever happened before. */
  close(): Promise<void>
}

/** What was asked for is a symbolic link itself: where it leads to, and what that is, the image as a whole tells. */
export class NamedLink extends Error {
  constructor(path: string) {
    super(`${path} is a symbolic link`)
    this.name = 'NamedLink'
  }
}

/** Makes a container of an image, never started, to read its files; the caller closes it. Throws `tool-missing`, `tool-failed`, `no-space`. */
export async function openStoredFiles(host: Host, { imageId, jobId, announce }: StoredFilesRequest): Promise<StoredFiles> {
  if (jobId === null) await removeStale(host)
  const name = `diskwright-${jobId ?? 'look'}-${randomBytes(4).toString('hex')}`
  const gone = announce?.(name)
  // After a cancel its host runs nothing any more; what has to be cleaned up still is.
  const cleaner = host.bind({ signal: new AbortController().signal })
  const close = async (): Promise<void> => {
    await removeOwnContainer(cleaner, name)
    gone?.()
  }
  try {
    const labels = { [OWNER_LABEL]: ownMark(), ...(jobId === null ? {} : { [JOB_LABEL]: jobId }) }
    const id = await createContainer(host, { imageId, name, labels })
    return {
      all: () => streamOf(host, () => startCopyOut(host, id, '/')),
      at: (path) =>
        underItsName(
          streamOf(host, () => startCopyOut(host, id, absolute(path)), path),
          path,
        ),
      close,
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** Containers of looks whose process is gone. What a job made is found by its journal. */
async function removeStale(host: Host): Promise<void> {
  const found = (await listContainers(host, { label: OWNER_LABEL })).filter(isOwnContainer)
  for (const { id, labels } of found) {
    if (labels[JOB_LABEL] === undefined && !isOwnerAlive(labels[OWNER_LABEL] ?? '')) await removeOwnContainer(host, id)
  }
}

function absolute(path: string): string {
  if (path.includes('\0')) throw new AppError('bad-input', { details: { path, reason: 'a path holds no NUL' } })
  return path.startsWith('/') ? path : `/${path}`
}

/** podman gives out what a link leads to, under the name of that. */
async function* underItsName(content: AsyncGenerator<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const head: Uint8Array[] = []
  let isChecked = false
  for await (const piece of content) {
    if (isChecked) {
      yield piece
      continue
    }
    head.push(piece)
    if (head.reduce((sum, { length }) => sum + length, 0) < HEAD_BYTES) continue
    yield* await checkName(head, path)
    isChecked = true
  }
  if (!isChecked) yield* await checkName(head, path)
}

async function checkName(head: readonly Uint8Array[], path: string): Promise<readonly Uint8Array[]> {
  const bytes = Buffer.concat(head)
  const input = new SeekingInput(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length)
  const first = await readTar(input, path).next()
  const name = first.done === true ? null : posix.basename(first.value.name)
  if (name !== null && name !== posix.basename(posix.normalize(absolute(path)))) throw new NamedLink(path)
  return head
}

async function* streamOf(host: Host, start: () => Promise<ToolProcess>, path?: string): AsyncGenerator<Uint8Array> {
  const tool = await start()
  try {
    yield* tool.stdout as AsyncIterable<Uint8Array>
    const { exitCode, stderr } = await tool.ended
    if (host.signal?.aborted) throw new AppError('cancelled')
    if (exitCode === 0) return
    if (path !== undefined && /could not be found on container/.test(stderr)) throw notThere(path)
    throw new AppError('tool-failed', { details: { tool: 'podman', problem: `exit code ${exitCode ?? 'unknown'}` }, toolOutput: stderr })
  } finally {
    await tool.stop(500)
  }
}
