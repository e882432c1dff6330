import path from 'node:path'
import type { GuestPlace } from '#shared/edits/guest-place'
import { AppError } from '#shared/errors/app-error'
import type { Partition } from '#shared/images/image-info'
import { type OsTree, resolveInTree, tidyPath } from '#shared/images/os-tree'
import type { Located } from './edits/edit-handler.js'
import type { GuestFiles, ImageFiles } from './guest-files.js'
import { isReadable } from './partitions.js'
import { realTreePath } from './tree-path.js'

/** What finding a place needs of the files; what tells where links lead may be missing. */
export type LocatedFiles = GuestFiles & Partial<Pick<ImageFiles, 'realPath' | 'stat'>>

/**
 * Finds a place: in the partition that it names, else in the tree of the system, else in the one partition that has the path. Links in
 * the path of its folder are followed; a link at its end is not.
 * @throws AppError `partition-not-found`, `filesystem-unreadable`, `no-partitions`, `bad-input` where several partitions have it
 */
export async function locateIn(
  files: LocatedFiles,
  partitions: readonly Partition[],
  place: GuestPlace,
  tree: () => Promise<OsTree | null> = async () => null,
): Promise<Located> {
  const file = tidyPath(place.path)
  const system = place.partition === undefined ? await tree() : null
  const found = system
    ? resolveInTree(system, await throughTree(files, system, file))
    : { partition: await choosePartition(files, partitions, place.partition, file), path: file }
  return { partition: found.partition, path: await throughLinks(files, found) }
}

/** Links of the folder followed as the system would, through mounts and from its own root. */
async function throughTree(files: LocatedFiles, tree: OsTree, file: string): Promise<string> {
  const folder = path.posix.dirname(file)
  if (folder === '/' || !files.stat) return file
  const stat: ImageFiles['stat'] = async (partition, place) => files.stat?.(partition, place)
  const real = await realTreePath({ stat }, tree, folder).catch(() => undefined)
  return real === undefined ? file : path.posix.join(real, path.posix.basename(file))
}

async function throughLinks(files: LocatedFiles, { partition, path: file }: Located): Promise<string> {
  if (file === '/' || !files.realPath) return file
  const folder = path.posix.dirname(file)
  const real = folder === '/' ? '/' : ((await files.realPath(partition, folder).catch(() => undefined)) ?? folder)
  return path.posix.join(real, path.posix.basename(file))
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
  const holders = await holdersOf(
    files,
    readable.map(({ number }) => number),
    file,
  )
  const [holder] = holders
  if (holders.length === 1 && holder !== undefined) return holder
  const problem = holders.length === 0 ? 'no partition has it' : `partitions ${holders.join(', ')} have it`
  throw new AppError('bad-input', { details: { reason: `${problem}: name one with --partition`, file, known } })
}

/** Partitions that have the path, or else the nearest folder above it that one has: where a new file would stand. */
async function holdersOf(files: GuestFiles, partitions: readonly number[], file: string): Promise<number[]> {
  for (let place = file; place !== '/'; place = path.posix.dirname(place)) {
    const found = await Promise.all(partitions.map((partition) => files.find(partition, place).catch(() => undefined)))
    const holders = partitions.filter((_, index) => found[index] !== undefined)
    if (holders.length > 0) return holders
  }
  return []
}
