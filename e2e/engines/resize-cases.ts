import type { ErrorCode } from '#shared/errors/app-error'
import type { EngineOperation } from '#core/guest/engine'
import type { DiskPlan, GuestFile, PartitionPlan } from '../images/build-disk.js'

export const MIB = 1024 ** 2
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'

/** Partition numbers, and where they lie: start, size and new size in MiB. A new size of null leaves it as it is. */
export const R = {
  ext: { number: 1, start: 1, size: 16, grown: 40 },
  xfs: { number: 2, start: 48, size: 304, grown: 360 },
  btrfs: { number: 3, start: 416, size: 128, grown: 280 },
  shrunkExt: { number: 4, start: 704, size: 48, grown: 20 },
  shrunkBtrfs: { number: 5, start: 760, size: 400, grown: 288 },
  swap: { number: 6, start: 1164, size: 8, grown: 16 },
  damaged: { number: 7, start: 1184, size: 8, grown: null },
  garbage: { number: 8, start: 1194, size: 4, grown: null },
  last: { number: 9, start: 1204, size: 40, grown: 90 },
} as const
export type Row = (typeof R)[keyof typeof R]

export const DISK_MIB = 1252
/** The disk was enlarged after it was partitioned. */
export const GROWN_MIB = 1300

const FILES: readonly GuestFile[] = [
  { path: '/etc/fstab', content: 'UUID=x / ext4 defaults 0 0\n', mode: 0o600, uid: 3, gid: 4, selinux: 'system_u:object_r:etc_t:s0' },
  ...Array.from({ length: 60 }, (_, index): GuestFile => ({ path: `/data/${index % 5}/file ${index}`, content: `${index} `.repeat(3000) })),
]

function partition(row: Row, more: Omit<PartitionPlan, 'type' | 'sizeSectors'> = {}): PartitionPlan {
  return { type: LINUX, startSector: row.start * 2048, sizeSectors: row.size * 2048, name: `part ${row.number}`, ...more }
}

export const RESIZED: DiskPlan = {
  sizeBytes: DISK_MIB * MIB,
  table: 'gpt',
  partitions: [
    partition(R.ext, { fs: { kind: 'ext4', label: 'ext' }, files: FILES }),
    partition(R.xfs, { fs: { kind: 'xfs', label: 'xfs' }, files: FILES }),
    partition(R.btrfs, { fs: { kind: 'btrfs', label: 'btrfs' }, files: FILES }),
    partition(R.shrunkExt, { fs: { kind: 'ext4', label: 'shrunk' }, files: FILES }),
    partition(R.shrunkBtrfs, { fs: { kind: 'btrfs', label: 'shrunk-btrfs' }, files: FILES }),
    partition(R.swap, { fs: { kind: 'ext4' }, after: 'mkswap -q -L pages -U 5ea5ea5e-0000-4000-8000-00000000cafe "$device" >&2' }),
    // A root folder that is none is more than e2fsck mends without a question.
    partition(R.damaged, { fs: { kind: 'ext4' }, after: `debugfs -w -R 'clri <2>' "$device" >&2` }),
    partition(R.garbage),
    partition(R.last, { fs: { kind: 'ext4', label: 'last', mkfsArgs: ['-O', '^has_journal'] }, files: FILES }),
  ],
}

export interface ResizeCase {
  readonly name: string
  readonly operation: EngineOperation
  readonly error: ErrorCode | null
}

function resize(row: Row, mib: number, from: number = row.size): EngineOperation {
  return {
    kind: 'resize-partition',
    partition: row.number,
    startBytes: row.start * MIB,
    sizeBytes: mib * MIB,
    fromBytes: from * MIB,
  }
}

function grow(row: Row, filesystem: string): EngineOperation {
  return { kind: 'grow-filesystem', partition: row.number, filesystem }
}

function shrink(row: Row, filesystem: string, mib: number): EngineOperation {
  return { kind: 'shrink-filesystem', partition: row.number, filesystem, bytes: mib * MIB }
}

function grown(name: string, row: Exclude<Row, { grown: null }>, filesystem: string): ResizeCase[] {
  return [
    { name: `a larger partition with ${name}`, operation: resize(row, row.grown), error: null },
    { name: `a larger ${name}`, operation: grow(row, filesystem), error: null },
  ]
}

/** The file system becomes smaller first, or the partition would cut it off. */
function shrunk(name: string, row: Exclude<Row, { grown: null }>, filesystem: string): ResizeCase[] {
  return [
    { name: `a smaller ${name}`, operation: shrink(row, filesystem, row.grown), error: null },
    { name: `a smaller partition with ${name}`, operation: resize(row, row.grown), error: null },
  ]
}

export const RESIZE_CASES: readonly ResizeCase[] = [
  { name: 'the backup GPT goes to the end first', operation: { kind: 'move-backup-gpt' }, error: null },
  ...grown('ext4', R.ext, 'ext4'),
  ...grown('XFS', R.xfs, 'xfs'),
  ...grown('btrfs', R.btrfs, 'btrfs'),
  ...shrunk('ext4', R.shrunkExt, 'ext4'),
  ...shrunk('btrfs', R.shrunkBtrfs, 'btrfs'),
  ...grown('swap space', R.swap, 'swap'),
  ...grown('ext4 in the room that the disk has grown by', R.last, 'ext4'),
  { name: 'a damaged ext4 that is to grow', operation: grow(R.damaged, 'ext4'), error: 'resize-refused' },
  { name: 'a damaged ext4 that is to shrink', operation: shrink(R.damaged, 'ext4', 6), error: 'resize-refused' },
  { name: 'an ext4 smaller than what is in it', operation: shrink(R.ext, 'ext4', 1), error: 'resize-refused' },
  { name: 'a smaller XFS', operation: shrink(R.xfs, 'xfs', 302), error: 'edit-conflict' },
  { name: 'a larger FAT', operation: grow(R.ext, 'vfat'), error: 'edit-conflict' },
  { name: 'a file system that is not there', operation: grow(R.garbage, 'ext4'), error: 'filesystem-unreadable' },
  { name: 'a partition over its neighbour', operation: resize(R.damaged, 12), error: 'resize-refused' },
  { name: 'a partition that has another size', operation: resize(R.garbage, 5, 3), error: 'image-changed' },
  {
    name: 'a partition that is not there',
    operation: { ...resize(R.garbage, 5), partition: 20 } as EngineOperation,
    error: 'partition-not-found',
  },
]

/** On a disk with an MBR, whose second partition has 8 MiB from 33 MiB on. */
export const MBR_RESIZE_CASES: readonly ResizeCase[] = [
  {
    name: 'a larger partition in an MBR',
    operation: { kind: 'resize-partition', partition: 2, startBytes: 33 * MIB, sizeBytes: 20 * MIB, fromBytes: 8 * MIB },
    error: null,
  },
  { name: 'a larger ext4 in an MBR', operation: { kind: 'grow-filesystem', partition: 2, filesystem: 'ext4' }, error: null },
]
