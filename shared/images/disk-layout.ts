import type { ImageInfo, Partition } from './image-info.js'

/** Where things lie on a disk. All places and sizes are bytes. */
export interface DiskLayout {
  readonly virtualBytes: number
  readonly sectorBytes: number
  readonly table: 'gpt' | 'mbr' | 'none'
  readonly partitions: readonly Pick<Partition, 'number' | 'startBytes' | 'sizeBytes'>[]
  /** Extended partitions of an MBR: what lies in them is in `partitions`. */
  readonly extended: readonly Range[]
}

export interface Range {
  readonly startBytes: number
  readonly sizeBytes: number
}

/** Partitions begin and end at whole ones of these, as all partitioning tools of today do it. */
export const ALIGNMENT_BYTES = 1024 ** 2
/** Microsoft's [MS-VHDX] ends there, and most hypervisors do. */
export const MAX_DISK_BYTES = 64 * 1024 ** 4
/** UEFI 2.10, 5.3.2: 128 entries of 128 bytes, and one block for the header. */
const GPT_ENTRIES_BYTES = 128 * 128
/** An MBR counts sectors in 32 bits. */
const MBR_SECTORS = 2 ** 32 - 1

/** What of an image says where things lie on it. */
export interface DiskImage extends Pick<ImageInfo, 'virtualBytes' | 'sectorBytes' | 'table' | 'extended'> {
  readonly partitions: readonly Partition[]
}

export function layoutOf(info: DiskImage): DiskLayout {
  const { virtualBytes, sectorBytes, table, partitions, extended } = info
  return { virtualBytes, sectorBytes, table, partitions, extended: extended ?? [] }
}

/** What a table keeps for itself at the end of the disk. */
export function keptAtEnd({ table, sectorBytes }: Pick<DiskLayout, 'table' | 'sectorBytes'>): number {
  return table === 'gpt' ? sectorBytes + Math.ceil(GPT_ENTRIES_BYTES / sectorBytes) * sectorBytes : 0
}

/** Where partitions have to end. */
export function usableEnd(layout: Pick<DiskLayout, 'table' | 'sectorBytes' | 'virtualBytes'>): number {
  const { table, sectorBytes, virtualBytes } = layout
  if (table === 'mbr') return Math.min(virtualBytes, MBR_SECTORS * sectorBytes)
  return virtualBytes - keptAtEnd(layout)
}

export function endOf({ startBytes, sizeBytes }: Range): number {
  return startBytes + sizeBytes
}

/** Logical partitions lie in the extended one; their number begins at 5. */
export function isLogical({ table }: Pick<DiskLayout, 'table'>, partition: number): boolean {
  return table === 'mbr' && partition > 4
}

/** What a partition can grow to: up to the next one or to the end of the table's room, ending at a whole MiB. Never less than it has. */
export function mostBytes(layout: DiskLayout, partition: Range): number {
  const others = [...layout.partitions, ...layout.extended].map(({ startBytes }) => startBytes)
  const limit = Math.min(usableEnd(layout), ...others.filter((start) => start > partition.startBytes))
  const end = Math.floor(limit / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  return Math.max(partition.sizeBytes, end - partition.startBytes)
}

/** The smallest disk that all partitions have room on, a whole number of MiB; `end` is where the last of them ends. */
export function leastDisk(layout: DiskLayout): { readonly bytes: number; readonly end: number; readonly last: number | null } {
  const last = layout.partitions.toSorted((one, other) => endOf(other) - endOf(one))[0]
  const end = Math.max(0, ...[...layout.partitions, ...layout.extended].map(endOf))
  return { bytes: Math.ceil((end + keptAtEnd(layout)) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES, end, last: last?.number ?? null }
}
