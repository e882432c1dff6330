import { formatBytes } from '../text/bytes.js'
import { type DiskLayout, endOf, isLogical, mostBytes } from './disk-layout.js'
import type { Filesystem, Partition } from './image-info.js'

/** What comes of the content of a partition that grows. */
export type Growth =
  | { readonly how: 'filesystem'; readonly name: string }
  | { readonly how: 'partition-only'; readonly note: string }
  | { readonly how: 'never'; readonly reason: string }

/** Smaller ones the kernel resizes no more (Linux fs/btrfs/ioctl.c). */
export const BTRFS_LEAST_BYTES = 256 * 1024 ** 2
/** A file system may leave this much of its partition: less than a group of blocks cannot hold its own tables. */
export const UNUSED_BYTES = 16 * 1024 ** 2

export function growthOf(filesystem: Filesystem | null): Growth {
  switch (filesystem?.kind) {
    case 'ext':
    case 'xfs':
    case 'btrfs':
    case 'swap':
      return { how: 'filesystem', name: filesystem.type }
    case 'lvm':
      return {
        how: 'partition-only',
        note: 'Only the partition grows: its volumes are grown in the running system, with pvresize and lvextend.',
      }
    case 'luks':
      return {
        how: 'partition-only',
        note: 'Only the partition grows: what is encrypted in it is grown in the running system, with cryptsetup resize.',
      }
    case undefined:
    case 'none':
      return { how: 'partition-only', note: 'Only the partition grows: it holds no file system that is known.' }
    case 'fat':
      return { how: 'never', reason: 'there is no tool here that makes a FAT larger' }
    default:
      return { how: 'never', reason: `there is no tool here that makes ${filesystem?.type ?? 'it'} larger` }
  }
}

/** Why a partition and what is in it cannot become larger at all; null where it can, given the room. */
export function growthProblem(layout: DiskLayout, { number, filesystem }: Partition): string | null {
  if (isLogical(layout, number)) return `Partition ${number} lies in an extended one, which Diskwright does not resize`
  const growth = growthOf(filesystem)
  return growth.how === 'never' ? `Partition ${number} cannot be grown: ${growth.reason}` : null
}

/** What limits the growth of a partition, in words. */
export function behind(layout: DiskLayout, partition: Partition): string {
  const next = layout.partitions
    .filter(({ startBytes }) => startBytes >= endOf(partition))
    .toSorted((a, b) => a.startBytes - b.startBytes)[0]
  const end = partition.startBytes + mostBytes(layout, partition)
  if (layout.extended.some(({ startBytes }) => startBytes >= end && startBytes <= (next?.startBytes ?? Infinity)))
    return 'an extended partition follows it'
  return next ? `partition ${next.number} follows it` : 'the disk ends behind it'
}

/** The least size of a partition that keeps all of what is in it, or why it cannot become smaller. */
export function leastPartition(layout: DiskLayout, partition: Partition): { readonly bytes: number } | { readonly reason: string } {
  const { number, filesystem } = partition
  if (isLogical(layout, number)) return { reason: `Partition ${number} lies in an extended one, which Diskwright does not resize` }
  if (filesystem?.kind === 'xfs') return { reason: `Partition ${number} cannot be made smaller: XFS has no way to shrink` }
  const least = filesystem?.leastBytes
  if ((filesystem?.kind === 'ext' || filesystem?.kind === 'btrfs') && typeof least === 'number')
    return { bytes: Math.min(partition.sizeBytes, least) }
  return { reason: `Partition ${number} cannot be made smaller: there is no tool here that shrinks ${filesystem?.type ?? 'what is in it'}` }
}

/** True where the file system takes less than its partition has, by more than it cannot use. */
export function leavesRoom({ sizeBytes, filesystem }: Pick<Partition, 'sizeBytes' | 'filesystem'>): boolean {
  return typeof filesystem?.sizeBytes === 'number' && filesystem.sizeBytes <= sizeBytes - UNUSED_BYTES
}

/** A size in words and in bytes, to be copied. */
export function exactSize(bytes: number): string {
  return `${formatBytes(bytes)} (${bytes} bytes)`
}
