import { AppError } from '#shared/errors/app-error'
import type { GuestStat } from '#shared/images/guest-stat'
import type { GuestEntry } from '#shared/images/image-info'
import type { FatEntry } from '../fat/directory.js'
import type { FatFiles } from '../fat/fat-files.js'
import { type GuestVolume, NOTHING_TOLD } from './volume.js'

const KEPT_FOLDERS = 64

/** Reads FAT within this process: no tool to start, and names as Linux shows them. Names have no case. */
export function fatVolume(fat: FatFiles): GuestVolume {
  const known = new Map<string, Promise<readonly FatEntry[]>>()
  const namesIn = (path: string, folder: FatEntry | null): Promise<readonly FatEntry[]> => {
    const names = known.get(path) ?? fat.names(folder)
    known.delete(path)
    known.set(path, names)
    const [oldest] = known.keys()
    if (known.size > KEPT_FOLDERS && oldest !== undefined) known.delete(oldest)
    return names
  }

  /** Null is the root, undefined what is not there. */
  const walk = async (file: string): Promise<FatEntry | null | undefined> => {
    const trail: FatEntry[] = []
    for (const part of file.split('/').filter((one) => one !== '' && one !== '.')) {
      if (part === '..') {
        trail.pop()
        continue
      }
      const folder = trail.at(-1) ?? null
      if (folder !== null && !folder.isFolder) return undefined
      const names = await namesIn(trail.map(({ name }) => `/${name}`).join(''), folder)
      const found = names.find(({ name }) => name === part) ?? names.find(({ name }) => name.toLowerCase() === part.toLowerCase())
      if (!found) return undefined
      trail.push(found)
    }
    return trail.at(-1) ?? null
  }

  const list = async (path: string): Promise<GuestEntry[]> => {
    const folder = await walk(path)
    if (folder === undefined || folder?.isFolder === false) return []
    return (await fat.names(folder)).map((entry) => ({
      name: entry.name,
      kind: entry.isFolder ? 'folder' : 'file',
      sizeBytes: entry.isFolder ? null : entry.sizeBytes,
    }))
  }

  const open = async (file: string): Promise<FatEntry> => {
    const found = await walk(file)
    if (!found || found.isFolder) throw new AppError('guest-file-not-found', { details: { file } })
    return found
  }

  return {
    tellsLinks: true,
    list,
    listMany: async (folders, signal) => {
      const lists: GuestEntry[][] = []
      for (const folder of folders) {
        if (signal?.aborted) throw new AppError('cancelled')
        lists.push(await list(folder))
      }
      return lists
    },
    stats: (paths) =>
      Promise.all(
        paths.map(async (file) => {
          const found = await walk(file)
          return found === undefined ? undefined : statOf(found)
        }),
      ),
    read: async (file, maxBytes) => {
      const entry = await open(file)
      if (entry.sizeBytes > maxBytes) throw new AppError('guest-file-too-large', { details: { file, maxBytes } })
      const parts: Uint8Array[] = []
      for await (const part of content(fat, entry, file, 0, maxBytes)) parts.push(part)
      return Buffer.concat(parts)
    },
    stream: async function* (file, range) {
      const entry = await open(file)
      for await (const part of content(fat, entry, file, range.offset ?? 0, range.length ?? Number.POSITIVE_INFINITY)) {
        if (range.signal?.aborted) throw new AppError('cancelled')
        yield part
      }
    },
  }
}

async function* content(fat: FatFiles, entry: FatEntry, file: string, start: number, length: number): AsyncGenerator<Uint8Array> {
  try {
    yield* fat.content(entry, start, length)
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    throw new AppError('filesystem-unreadable', { details: { file }, toolOutput: thrown.message, cause: thrown })
  }
}

function statOf(entry: FatEntry | null): GuestStat {
  if (entry === null) return { ...NOTHING_TOLD, kind: 'folder', sizeBytes: null }
  return {
    ...NOTHING_TOLD,
    kind: entry.isFolder ? 'folder' : 'file',
    sizeBytes: entry.isFolder ? null : entry.sizeBytes,
    mtime: entry.mtime,
  }
}
