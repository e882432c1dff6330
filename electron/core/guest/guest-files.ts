import path from 'node:path'
import type { GuestEntry } from '#shared/images/image-info'
import type { Host } from '../process/host.js'
import { listFolder, readGuestFile } from '../tools/grub-fstest/read.js'
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
}

/** Throws `tool-missing`: much is looked for that may not be there, but what looks has to be. */
export function openGuestFiles(host: Host, reader: ImageReader): GuestFiles {
  host.find('grub-fstest')
  const listings = new Map<string, Promise<readonly GuestEntry[]>>()
  const list: GuestFiles['list'] = (partition, folder) => {
    const key = `${partition}:${folder}`
    const known = listings.get(key) ?? listFolder(host, reader.volume(partition), folder)
    listings.set(key, known)
    return known
  }
  const find: GuestFiles['find'] = async (partition, file) => {
    const name = path.posix.basename(file)
    return (await list(partition, path.posix.dirname(file))).find((entry) => entry.name === name)
  }
  const read: GuestFiles['read'] = (partition, file, maxBytes) => readGuestFile(host, reader.volume(partition), file, maxBytes)
  return {
    list,
    find,
    read,
    readIfPresent: async (partition, file, maxBytes) => {
      const entry = await find(partition, file).catch(() => undefined)
      if (!entry || entry.kind === 'folder' || (entry.sizeBytes ?? 0) > maxBytes) return undefined
      return read(partition, file, maxBytes).catch(() => undefined)
    },
  }
}
