import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import { type GuestFiles, openGuestFiles } from '../guest/guest-files.js'
import { locateIn } from '../guest/locate.js'
import { readPartitions } from '../guest/partitions.js'
import { withReader } from '../guest/reader.js'
import { openSource } from '../guest/source.js'
import type { Host } from '../process/host.js'

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

export interface GuestPlace {
  readonly path: string
  /** Default: the only partition, or the one partition whose file system has the path. */
  readonly partition?: number | undefined
}

/** Entries of a folder in an image. Throws `partition-not-found`, `filesystem-unreadable`, `guest-file-not-found`. */
export async function listGuestFolder(host: Host, place: GuestPlace & { folder: string }): Promise<GuestEntry[]> {
  return withFiles(host, place, place.folder, async (files, partition, folder) => {
    if (folder !== '/' && !(await files.find(partition, folder)))
      throw new AppError('guest-file-not-found', { details: { file: folder, partition } })
    return [...(await files.list(partition, folder))]
  })
}

/** Whole content of a file in an image, symlinks followed. `maxBytes` defaults to 16 MiB. */
export async function readGuestFile(host: Host, place: GuestPlace & { file: string; maxBytes?: number | undefined }): Promise<Buffer> {
  return withFiles(host, place, place.file, (files, partition, file) => files.read(partition, file, place.maxBytes ?? DEFAULT_MAX_BYTES))
}

async function withFiles<T>(
  host: Host,
  place: GuestPlace,
  guestPath: string,
  work: (files: GuestFiles, partition: number, guestPath: string) => Promise<T>,
): Promise<T> {
  const source = await openSource(place.path)
  return withReader(host, source, async (reader) => {
    const files = openGuestFiles(host, reader)
    const partitions = await readPartitions(reader, files)
    const wanted = place.partition === undefined ? {} : { partition: place.partition }
    const located = await locateIn(files, partitions, { path: `/${guestPath}`, ...wanted })
    return work(files, located.partition, located.path)
  })
}
