import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestEntry, Partition } from '#shared/images/image-info'
import { type GuestFiles, openGuestFiles } from '../guest/guest-files.js'
import { isReadable, readPartitions } from '../guest/partitions.js'
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
  const absolute = path.posix.normalize(`/${guestPath}`).replace(/(.)\/$/, '$1')
  const source = await openSource(place.path)
  return withReader(host, source, async (reader) => {
    const files = openGuestFiles(host, reader)
    const partitions = await readPartitions(reader, files)
    return work(files, await choosePartition(files, partitions, place.partition, absolute), absolute)
  })
}

async function choosePartition(
  files: GuestFiles,
  partitions: readonly Partition[],
  wanted: number | undefined,
  file: string,
): Promise<number> {
  const known = partitions.map((partition) => partition.number).join(', ') || 'none'
  if (wanted !== undefined) {
    const partition = partitions.find((candidate) => candidate.number === wanted)
    if (!partition) throw new AppError('partition-not-found', { details: { partition: wanted, known } })
    if (!isReadable(partition.filesystem)) {
      throw new AppError('filesystem-unreadable', { details: { partition: wanted, type: partition.filesystem?.type ?? 'unknown' } })
    }
    return wanted
  }
  const readable = partitions.filter((partition) => isReadable(partition.filesystem))
  if (readable.length === 0) throw new AppError('no-partitions', { details: { known } })
  const [only] = readable
  if (readable.length === 1 && only) return only.number
  const holders: number[] = []
  for (const partition of readable) {
    if (file !== '/' && (await files.find(partition.number, file).catch(() => undefined))) holders.push(partition.number)
  }
  const [holder] = holders
  if (holders.length === 1 && holder !== undefined) return holder
  const problem = holders.length === 0 ? 'no partition has it' : `partitions ${holders.join(', ')} have it`
  throw new AppError('bad-input', { details: { reason: `${problem}: name one with --partition`, file, known } })
}
