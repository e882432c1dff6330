import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { openRegularFile } from '../../../files/identity.js'
import { type FileRange, type PackedFile, readerOf, readRange } from '../../unpack/packed-file.js'
import { readTar, SeekingInput, type TarMember } from '../../unpack/tar-reader.js'
import type { BlobOptions } from '../container-source.js'

/** Of an archive of an image: a blob each, and some more. */
const MAX_ARCHIVE_MEMBERS = 100_000
const MAX_LINKS = 8

/** A named file of a folder or archive; read in place. */
export interface StoredFile {
  readonly bytes: number
  readAt(offset: number, length: number): Promise<Buffer>
  stream(options?: BlobOptions): AsyncGenerator<Uint8Array>
}

/** The files that an image consists of, in a folder or in a tar. */
export interface MemberStore {
  /** Null where there is no such file. */
  find(name: string): Promise<StoredFile | null>
  close(): Promise<void>
}

/** Files of a folder. Each is opened once, when it is first asked for. */
export function folderStore(folder: string): MemberStore {
  const opened = new Map<string, Promise<PackedFile | null>>()
  return {
    async find(name) {
      const open = opened.get(name) ?? openMember(path.join(folder, name))
      opened.set(name, open)
      const file = await open
      return file && storedFile(file, { offset: 0, length: file.fileBytes })
    },
    async close() {
      const files = await Promise.allSettled(opened.values())
      for (const file of files) if (file.status === 'fulfilled') await file.value?.handle.close()
      opened.clear()
    },
  }
}

/**
 * Files of an uncompressed tar, which is read by seeking; links in it lead to its own members alone. Throws `container-invalid` where it is damaged
 * or has too many members, `cancelled`, and as `openRegularFile`.
 */
export async function tarStore(tar: string, signal: AbortSignal | undefined): Promise<MemberStore> {
  const file = await openPackedFile(tar)
  try {
    const members = await readMembers(file, signal)
    return {
      async find(name) {
        const member = follow(members, name)
        return member && storedFile(file, { offset: member.dataAt, length: member.sizeBytes })
      },
      close: () => file.handle.close(),
    }
  } catch (thrown) {
    await file.handle.close()
    throw thrown
  }
}

async function readMembers(file: PackedFile, signal: AbortSignal | undefined): Promise<Map<string, TarMember>> {
  const members = new Map<string, TarMember>()
  try {
    for await (const member of readTar(new SeekingInput(readerOf(file), file.fileBytes), file.path)) {
      if (signal?.aborted) throw new AppError('cancelled')
      members.set(member.name, member)
      if (members.size > MAX_ARCHIVE_MEMBERS)
        throw new AppError('container-invalid', { details: { reason: `The archive has more than ${MAX_ARCHIVE_MEMBERS} members` } })
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'image-damaged') throw thrown
    throw new AppError('container-invalid', { details: { ...thrown.data.details }, cause: thrown })
  }
  return members
}

/** Symbolic links are relative to their own place, hard links to the beginning (`docker save` of old, and skopeo, link layers that are the same). */
function follow(members: ReadonlyMap<string, TarMember>, name: string): TarMember | null {
  for (let [links, current] = [0, name]; links <= MAX_LINKS; links += 1) {
    const member = members.get(current)
    if (member === undefined) return null
    if (member.kind === 'file') return member.isSparse ? null : member
    if (!member.kind.endsWith('link')) return null
    const target = member.kind === 'hard link' ? member.link : path.posix.join(path.posix.dirname(current), member.link)
    current = path.posix.normalize(target).replace(/^\.?\/+/, '')
  }
  return null
}

function storedFile(file: PackedFile, range: FileRange): StoredFile {
  const read = readerOf(file, range)
  return {
    bytes: range.length,
    readAt: async (offset, length) => Buffer.from(await read(offset, length)),
    async *stream({ signal, pausePoint, onBytes } = {}) {
      let done = 0
      for await (const piece of readRange(file, range, signal, pausePoint)) {
        done += piece.length
        onBytes?.(done)
        yield piece
      }
    },
  }
}

async function openMember(file: string): Promise<PackedFile | null> {
  try {
    return await openPackedFile(file)
  } catch (thrown) {
    if (thrown instanceof AppError && ['file-not-found', 'not-a-regular-file'].includes(thrown.code)) return null
    throw thrown
  }
}

async function openPackedFile(file: string): Promise<PackedFile> {
  const { handle, path: real, stats, revision } = await openRegularFile(file)
  return { handle, path: real, fileBytes: Number(stats.size), onDiskBytes: Number(stats.blocks) * 512, revision }
}
