import path from 'node:path'
import type { GuestEntry } from '#shared/images/image-info'
import type { Host } from '../process/host.js'
import { type ExtVolume, listExtFolder, readExtFile } from '../tools/debugfs/read.js'
import { listFolder, readGuestFile, recognizesFilesystem } from '../tools/grub-fstest/read.js'
import type { ImageReader } from './reader.js'

/** Files of an open image. Folders are listed once: an image does not change under its reader. */
export interface GuestFiles {
  /** An empty list for a folder that is not there. */
  list(partition: number, folder: string): Promise<readonly GuestEntry[]>
  /** Entry of a path, or undefined; symlinks of its folder are followed. */
  find(partition: number, file: string): Promise<GuestEntry | undefined>
  /** Throws `guest-file-not-found`, `guest-file-too-large`, `filesystem-unreadable`. */
  read(partition: number, file: string, maxBytes: number): Promise<Buffer>
  /** As `read`; undefined when the file is not there or too large. */
  readIfPresent(partition: number, file: string, maxBytes: number): Promise<Buffer | undefined>
  /** False where no driver knows the file system, so that its folders seem to be empty. */
  isReadable(partition: number): Promise<boolean>
}

/** GRUB's drivers read most file systems; newer features of ext4 (casefold, inline_data, bigalloc) only e2fsprogs does. */
type Driver = 'grub' | 'debugfs' | 'none'

/** Reads at once: each is a process, and an image can ask for as many as it likes. */
const AT_ONCE = 8

function createTurns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

/** Throws `tool-missing`: much is looked for that may not be there, but what looks has to be. */
export function openGuestFiles(host: Host, reader: ImageReader): GuestFiles {
  host.find('grub-fstest')
  const inTurn = createTurns(AT_ONCE)
  const listings = new Map<string, Promise<readonly GuestEntry[]>>()
  const list: GuestFiles['list'] = (partition, folder) => {
    const key = `${partition}:${folder}`
    const known = listings.get(key) ?? listWith(partition, folder)
    listings.set(key, known)
    return known
  }
  const drivers = new Map<number, Promise<Driver>>()
  const driverOf = (partition: number): Promise<Driver> => {
    const known = drivers.get(partition) ?? inTurn(() => chooseDriver(host, reader, partition))
    drivers.set(partition, known)
    return known
  }
  const extVolume = (partition: number): ExtVolume => {
    const { disk, session } = reader.volume(partition)
    return { disk, session, offset: partitionStart(reader, partition) }
  }
  const listWith = async (partition: number, folder: string): Promise<readonly GuestEntry[]> => {
    const driver = await driverOf(partition)
    if (driver === 'none') return []
    return inTurn(() =>
      driver === 'grub' ? listFolder(host, reader.volume(partition), folder) : listExtFolder(host, extVolume(partition), folder),
    )
  }
  const find: GuestFiles['find'] = async (partition, file) => {
    const name = path.posix.basename(file)
    return (await list(partition, path.posix.dirname(file))).find((entry) => entry.name === name)
  }
  const read: GuestFiles['read'] = async (partition, file, maxBytes) => {
    const driver = await driverOf(partition)
    return inTurn(() =>
      driver === 'debugfs'
        ? readExtFile(host, extVolume(partition), file, maxBytes)
        : readGuestFile(host, reader.volume(partition), file, maxBytes),
    )
  }
  return {
    list,
    find,
    read,
    isReadable: async (partition) => (await driverOf(partition)) !== 'none',
    readIfPresent: async (partition, file, maxBytes) => {
      const entry = await find(partition, file).catch(() => undefined)
      if (!entry || entry.kind === 'folder' || (entry.sizeBytes ?? 0) > maxBytes) return undefined
      return read(partition, file, maxBytes).catch(() => undefined)
    },
  }
}

async function chooseDriver(host: Host, reader: ImageReader, partition: number): Promise<Driver> {
  const volume = reader.volume(partition)
  if (await recognizesFilesystem(host, volume)) return 'grub'
  if (!host.has('debugfs')) return 'none'
  return listExtFolder(host, { ...volume, offset: partitionStart(reader, partition) }, '/').then(
    () => 'debugfs',
    () => 'none',
  )
}

function partitionStart(reader: ImageReader, partition: number): number {
  return reader.table.partitions.find((row) => row.number === partition)?.startBytes ?? 0
}
