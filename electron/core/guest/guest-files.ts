import path from 'node:path'
import type { GuestStat } from '#shared/images/guest-stat'
import type { GuestEntry } from '#shared/images/image-info'
import { readSuperblock } from '#shared/images/superblock'
import type { Host } from '../process/host.js'
import { listExtFolder } from '../tools/debugfs/read.js'
import { recognizesFilesystem } from '../tools/grub-fstest/read.js'
import { openFat } from './fat/fat-files.js'
import type { ImageReader } from './reader.js'
import { extVolume } from './volumes/ext-volume.js'
import { fatVolume } from './volumes/fat-volume.js'
import { grubVolume } from './volumes/grub-volume.js'
import { realPathIn } from './volumes/real-path.js'
import { createTurns, type Turns } from './volumes/turns.js'
import type { GuestVolume, StreamRange } from './volumes/volume.js'
import { xfsVolume } from './volumes/xfs-volume.js'
import { openXfs, type XfsFiles } from './xfs/xfs-files.js'

/** Files of an image, or of one with edits staged. */
export interface GuestFiles {
  /** An empty list for a folder that is not there. */
  list(partition: number, folder: string): Promise<readonly GuestEntry[]>
  /** Entry of a path, or undefined; symlinks of its folder are followed. */
  find(partition: number, file: string): Promise<GuestEntry | undefined>
  /** Throws `guest-file-not-found`, `guest-file-too-large`, `filesystem-unreadable`. */
  read(partition: number, file: string, maxBytes: number): Promise<Buffer>
  /** As `read`; undefined when the file is not there or too large. */
  readIfPresent(partition: number, file: string, maxBytes: number): Promise<Buffer | undefined>
  /** As much of a part of a file as there is; where it is missing, whole files are read. Throws as `read` does. */
  readPart?(partition: number, file: string, offset: number, length: number): Promise<Buffer>
  /**
   * Whole files that are no links, with the sizes that their folder's listing tells; undefined for one that has to be read alone. It is
   * missing where many at once cost as much as one by one.
   */
  readMany?(
    partition: number,
    files: readonly { readonly path: string; readonly sizeBytes: number }[],
  ): Promise<readonly (Buffer | undefined)[]>
  /** False where no driver knows the file system, so that its folders seem to be empty. */
  isReadable(partition: number): Promise<boolean>
}

/** Files of an open image, and what else its file systems tell. Folders are listed once: an image does not change under its reader. */
export interface ImageFiles extends GuestFiles {
  /** What a path is, links of its folder followed but not the last; undefined when it is not there. */
  stat(partition: number, file: string): Promise<GuestStat | undefined>
  /** The same of many paths at once, where one call for each would be slow. */
  stats(partition: number, files: readonly string[]): Promise<readonly (GuestStat | undefined)[]>
  /** Target of a symbolic link as it stands in it; undefined for all else, and where it cannot be told. */
  readLink(partition: number, file: string): Promise<string | undefined>
  /**
   * The path with all its links followed within the partition, absolute targets from its root. Undefined where it is not there, or
   * where it cannot be told (file systems that only GRUB reads, more than 40 links).
   */
  realPath(partition: number, file: string): Promise<string | undefined>
  /** As `list`, for many folders at once, none of them a link, and nothing kept. Sizes may be left out. */
  listMany(partition: number, folders: readonly string[], signal?: AbortSignal): Promise<readonly (readonly GuestEntry[])[]>
  /** Content of a file of any size, symlinks followed. Throws as `read` does, and `cancelled`. */
  stream(partition: number, file: string, range?: StreamRange): AsyncIterable<Uint8Array>
}

/** Reads at once: each is a process, and an image can ask for as many as it likes. */
const AT_ONCE = 8
/** Names in all listings that are kept. */
const KEPT_NAMES = 1_000_000

/** Throws `tool-missing`: much is looked for that may not be there, but what looks has to be. */
export function openGuestFiles(host: Host, reader: ImageReader): ImageFiles {
  host.find('grub-fstest')
  const inTurn = createTurns(AT_ONCE)
  const volumes = new Map<number, Promise<GuestVolume | undefined>>()
  const volumeOf = (partition: number): Promise<GuestVolume | undefined> =>
    remember(volumes, partition, () => chooseVolume(host, reader, partition, inTurn))
  const readable = async (partition: number): Promise<GuestVolume> =>
    (await volumeOf(partition)) ?? grubVolume(host, reader.volume(partition), 'other', inTurn)

  const listings = new Map<string, Promise<readonly GuestEntry[]>>()
  let listed = 0
  const list: GuestFiles['list'] = (partition, folder) =>
    remember(listings, `${partition}:${folder}`, async () => {
      const entries = (await (await volumeOf(partition))?.list(folder)) ?? []
      listed += entries.length
      if (listed > KEPT_NAMES) {
        listings.clear()
        listed = 0
      }
      return entries
    })
  const find: GuestFiles['find'] = async (partition, file) => {
    const name = path.posix.basename(file)
    return (await list(partition, path.posix.dirname(file))).find((entry) => entry.name === name)
  }
  const read: GuestFiles['read'] = async (partition, file, maxBytes) => (await readable(partition)).read(file, maxBytes)

  const known = new Map<string, Promise<GuestStat | undefined>>()
  /** Asks for all that are not known in one go. */
  const stats = async (partition: number, files: readonly string[]): Promise<(GuestStat | undefined)[]> => {
    const volume = await volumeOf(partition)
    if (!volume) return files.map(() => undefined)
    const missing = files.filter((file) => !known.has(`${partition}:${file}`))
    const asked = missing.length === 0 ? undefined : volume.stats(missing)
    for (const [index, file] of missing.entries()) {
      const answer = asked?.then((found) => found[index]) ?? Promise.resolve(undefined)
      answer.catch(() => known.delete(`${partition}:${file}`))
      known.set(`${partition}:${file}`, answer)
    }
    return Promise.all(files.map(async (file) => known.get(`${partition}:${file}`)))
  }
  const stat: ImageFiles['stat'] = async (partition, file) => (await stats(partition, [tidy(file)]))[0]

  return {
    list,
    find,
    read,
    stat,
    stats: (partition, paths) => stats(partition, paths.map(tidy)),
    isReadable: async (partition) => (await volumeOf(partition)) !== undefined,
    readIfPresent: async (partition, file, maxBytes) => {
      const entry = await find(partition, file).catch(() => undefined)
      if (!entry || entry.kind === 'folder' || (entry.sizeBytes ?? 0) > maxBytes) return undefined
      return read(partition, file, maxBytes).catch(() => undefined)
    },
    readPart: async (partition, file, offset, length) => collect((await readable(partition)).stream(file, { offset, length })),
    readMany: async (partition, files) => (await readable(partition)).readMany?.(files) ?? files.map(() => undefined),
    readLink: async (partition, file) => (await stat(partition, file))?.linkTarget ?? undefined,
    realPath: async (partition, file) => {
      const volume = await volumeOf(partition)
      return volume?.tellsLinks ? realPathIn((files) => stats(partition, files), file) : undefined
    },
    listMany: async (partition, folders, signal) => (await volumeOf(partition))?.listMany(folders, signal) ?? folders.map(() => []),
    stream: async function* (partition, file, range = {}) {
      yield* (await readable(partition)).stream(file, range)
    },
  }
}

function tidy(file: string): string {
  return path.posix.normalize(`/${file}`).replace(/(.)\/$/, '$1')
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** What is asked for the first time is asked; what failed is asked again. */
function remember<K, T>(answers: Map<K, Promise<T>>, key: K, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(key)
  if (known) return known
  const answer = ask()
  answers.set(key, answer)
  answer.catch(() => answers.delete(key))
  return answer
}

/** The driver that tells most of a file system: our own for XFS and FAT, debugfs for ext, GRUB's for all else. Undefined where none knows it. */
async function chooseVolume(host: Host, reader: ImageReader, partition: number, inTurn: Turns): Promise<GuestVolume | undefined> {
  const row = reader.table.partitions.find((candidate) => candidate.number === partition)
  const start = row?.startBytes ?? 0
  const end = row ? row.startBytes + row.sizeBytes : reader.virtualBytes
  const readWithin = async (offset: number, length: number): Promise<Uint8Array> =>
    reader.readAt(start + offset, Math.max(0, Math.min(length, end - start - offset)))
  const grub = reader.volume(partition)
  const kind = (await readSuperblock(readWithin))?.kind ?? 'none'
  if (kind === 'xfs') {
    const xfs = await openXfs(readWithin)
    if (xfs && (await holdsRoot(xfs))) return xfsVolume(xfs)
  }
  if (kind === 'fat') {
    const fat = await openFat(readWithin)
    if (fat) return fatVolume(fat)
  }
  if (kind === 'ext' && host.has('debugfs')) {
    const ext = { disk: grub.disk, session: grub.session, offset: start }
    const opens = await inTurn(() => listExtFolder(host, ext, '/')).then(
      (entries) => entries !== undefined,
      () => false,
    )
    if (opens) return extVolume(host, ext, grub, inTurn)
  }
  return (await inTurn(() => recognizesFilesystem(host, grub))) ? grubVolume(host, grub, kind, inTurn) : undefined
}

async function holdsRoot(xfs: XfsFiles): Promise<boolean> {
  const root = await xfs.inode(xfs.root)
  return root !== undefined && (root.mode & 0o170000) === 0o040000
}
