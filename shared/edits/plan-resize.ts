import {
  ALIGNMENT_BYTES,
  type DiskImage,
  type DiskLayout,
  endOf,
  isLogical,
  keptAtEnd,
  layoutOf,
  leastDisk,
  MAX_DISK_BYTES,
  mostBytes,
  usableEnd,
} from '../images/disk-layout.js'
import type { Partition } from '../images/image-info.js'
import { behind, exactSize, growthOf, growthProblem, leastPartition, leavesRoom } from '../images/resize-rules.js'
import type { EditOf } from './edit.js'

export type ResizeEdit = EditOf<'resize-disk' | 'grow-partition' | 'shrink-partition'>

export interface ResizeWish {
  /** Virtual size of the result in bytes; `min` for as little as can be; null where it stays as it is. */
  readonly size: number | 'min' | null
  /** Which partition gets what is free behind it; `last` for the one that ends last, where it can; null for none. */
  readonly partition: number | 'last' | null
}

export type ResizePlan =
  | { readonly ok: true; readonly edits: readonly ResizeEdit[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly reason: string }

/**
 * The edits that make a wish true. Only the partition that ends last is ever made smaller, and none is moved. Pure: what the edits do
 * is checked again where they are applied.
 */
export function planResize(image: DiskImage, wish: ResizeWish): ResizePlan {
  const layout = layoutOf(image)
  if (wish.size === 'min') return planLeast(layout, image.partitions)
  const bytes = wish.size ?? layout.virtualBytes
  if (bytes > MAX_DISK_BYTES) return refuse(`A disk can be ${exactSize(MAX_DISK_BYTES)} at most`)
  if (bytes < layout.virtualBytes) return planSmaller(layout, image.partitions, bytes, wish.partition)
  const disk: ResizeEdit[] = bytes === layout.virtualBytes ? [] : [{ kind: 'resize-disk', bytes }]
  return planGrowth(layout, image.partitions, disk, bytes, wish.partition)
}

function planGrowth(
  before: DiskLayout,
  partitions: readonly Partition[],
  disk: readonly ResizeEdit[],
  bytes: number,
  wanted: ResizeWish['partition'],
): ResizePlan {
  if (wanted === null) return { ok: true, edits: disk, notes: disk.length === 0 ? [NOTHING] : [] }
  const chosen = wanted === 'last' ? lastOf(partitions) : partitions.find(({ number }) => number === wanted)
  if (!chosen && wanted !== 'last') return refuse(`There is no partition ${wanted}`)
  if (!chosen) return { ok: true, edits: disk, notes: ['There is no partition that could get the space.'] }
  const layout = { ...before, virtualBytes: bytes, partitions: atSize(partitions, bytes) }
  const partition = layout.partitions.find(({ number }) => number === chosen.number) ?? chosen
  const problem = growthProblem(layout, partition)
  const grows = mostBytes(layout, partition) > chosen.sizeBytes || partition.sizeBytes > chosen.sizeBytes || leavesRoom(partition)
  if (problem !== null || !grows) {
    const reason = problem ?? `Partition ${partition.number} cannot grow: ${behind(layout, partition)}`
    if (wanted !== 'last') return refuse(reason)
    return { ok: true, edits: disk, notes: disk.length === 0 ? [reason, NOTHING] : [`${reason}. What is added stays free.`] }
  }
  const growth = growthOf(partition.filesystem)
  return {
    ok: true,
    edits: [...disk, { kind: 'grow-partition', partition: partition.number }],
    notes: growth.how === 'partition-only' ? [growth.note] : [],
  }
}

/** Where there is no table, the one file system is the disk. */
function atSize(partitions: readonly Partition[], bytes: number): readonly Partition[] {
  return partitions.map((partition) => (partition.number === 0 ? { ...partition, sizeBytes: bytes } : partition))
}

function planSmaller(layout: DiskLayout, partitions: readonly Partition[], bytes: number, wanted: ResizeWish['partition']): ResizePlan {
  if (partitions.length === 0 && layout.table === 'none') return refuse('Nothing is known of what is on the disk')
  const disk: ResizeEdit = { kind: 'resize-disk', bytes }
  if (leastDisk(layout).end <= bytes - keptAtEnd(layout)) return { ok: true, edits: [disk], notes: [] }
  const last = lastOf(partitions)
  if (!last || layout.extended.some((range) => endOf(range) > bytes))
    return refuse(`An extended partition is in the way: ${leastWords(layout, partitions)}`)
  if (typeof wanted === 'number' && wanted !== last.number)
    return refuse(`Partition ${last.number} ends last: it is the one that has to become smaller`)
  const least = leastPartition(layout, last)
  if ('reason' in least) return refuse(`${least.reason}. ${leastWords(layout, partitions)}`)
  const size = alignedEnd({ ...layout, virtualBytes: bytes }, last) - last.startBytes
  if (size < least.bytes)
    return refuse(`Partition ${last.number} needs at least ${exactSize(least.bytes)}. ${leastWords(layout, partitions)}`)
  return { ok: true, edits: [{ kind: 'shrink-partition', partition: last.number, bytes: size }, disk], notes: [] }
}

function planLeast(layout: DiskLayout, partitions: readonly Partition[]): ResizePlan {
  const { bytes, edits } = leastOf(layout, partitions)
  if (partitions.length === 0) return refuse('Nothing is known of what is on the disk')
  const disk: ResizeEdit[] = bytes < layout.virtualBytes ? [{ kind: 'resize-disk', bytes }] : []
  const all = [...edits, ...disk]
  return { ok: true, edits: all, notes: all.length === 0 ? ['The disk is as small as it can be.'] : [] }
}

/** The smallest size that `planResize` gets a disk to. */
export function leastDiskBytes(image: DiskImage): number {
  return Math.min(image.virtualBytes, leastOf(layoutOf(image), image.partitions).bytes)
}

function leastOf(layout: DiskLayout, partitions: readonly Partition[]): { bytes: number; edits: ResizeEdit[] } {
  const last = lastOf(partitions)
  if (!last || isLogical(layout, last.number)) return { bytes: leastDisk(layout).bytes, edits: [] }
  const least = leastPartition(layout, last)
  if ('reason' in least) return { bytes: leastDisk(layout).bytes, edits: [] }
  const end = Math.ceil((last.startBytes + least.bytes) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  const size = end - last.startBytes
  if (size >= last.sizeBytes) return { bytes: leastDisk(layout).bytes, edits: [] }
  const smaller = layout.partitions.map((one) => (one.number === last.number ? { ...one, sizeBytes: size } : one))
  return {
    bytes: leastDisk({ ...layout, partitions: smaller }).bytes,
    edits: [{ kind: 'shrink-partition', partition: last.number, bytes: size }],
  }
}

function leastWords(layout: DiskLayout, partitions: readonly Partition[]): string {
  return `The least that the disk can be made is ${exactSize(leastOf(layout, partitions).bytes)}`
}

function alignedEnd(layout: DiskLayout, { number }: Partition): number {
  return number === 0 ? layout.virtualBytes : Math.floor(usableEnd(layout) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
}

function lastOf(partitions: readonly Partition[]): Partition | undefined {
  return partitions.toSorted((one, other) => endOf(other) - endOf(one))[0]
}

const NOTHING = 'There is nothing to change.'

function refuse(reason: string): ResizePlan {
  return { ok: false, reason }
}
