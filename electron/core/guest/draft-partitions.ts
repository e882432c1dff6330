import { AppError } from '#shared/errors/app-error'
import { isEspType, partitionTypeName } from '#shared/images/partition-types'
import type { Filesystem, Partition } from '#shared/images/image-info'
import type { DiskOperation } from './engine.js'

/** File systems that no kernel writes. */
const READ_ONLY: ReadonlySet<string> = new Set(['iso9660', 'squashfs', 'erofs'])

/** What mount(8) calls a file system. */
export function kernelName(filesystem: Filesystem): string {
  return filesystem.kind === 'fat' ? 'vfat' : filesystem.type
}

/** The partitions as they are after the operations: what names a file system by its UUID has to find it by the new one. */
export function withDiskOperations(partitions: readonly Partition[], operations: readonly DiskOperation[]): readonly Partition[] {
  return operations.reduce<readonly Partition[]>(
    (rows, operation) =>
      operation.kind === 'move-backup-gpt' ? rows : rows.map((row) => (row.number === operation.partition ? changed(row, operation) : row)),
    partitions,
  )
}

function changed(row: Partition, operation: Exclude<DiskOperation, { kind: 'move-backup-gpt' }>): Partition {
  if (operation.kind === 'set-filesystem-uuid')
    return row.filesystem ? { ...row, filesystem: { ...row.filesystem, uuid: spelledUuid(operation) } } : row
  const isEsp = row.isEsp || (row.filesystem?.kind === 'fat' && isEspType(operation.type))
  return { ...row, type: operation.type, typeName: partitionTypeName(operation.type), isEsp }
}

/** As fstab and boot entries name it: that of a FAT has a dash. */
export function spelledUuid({ filesystem, uuid }: { readonly filesystem: string; readonly uuid: string }): string {
  return filesystem === 'vfat' ? `${uuid.slice(0, 4)}-${uuid.slice(4)}` : uuid
}

/** The partition of that number. Throws `partition-not-found`, and `filesystem-unreadable` where it has no file system. */
export function requirePartition(partitions: readonly Partition[], number: number): Partition & { readonly filesystem: Filesystem } {
  const found = partitions.find((candidate) => candidate.number === number)
  const known = partitions.map((candidate) => candidate.number).join(', ') || 'none'
  if (!found) throw new AppError('partition-not-found', { details: { partition: number, known } })
  if (!found.filesystem) throw new AppError('filesystem-unreadable', { details: { partition: number, type: 'unknown' } })
  return { ...found, filesystem: found.filesystem }
}

/** The kernel's name of a file system for a step of an engine. Throws `edit-conflict` where `file` in it cannot be changed. */
export function writtenAs(filesystem: Filesystem, file: string): string {
  const { kind, type } = filesystem
  if (!READ_ONLY.has(kind) && !READ_ONLY.has(type)) return kernelName(filesystem)
  throw new AppError('edit-conflict', { details: { path: file, reason: `${type} is a file system that cannot be written` } })
}

/** FAT has neither owners nor modes nor links. */
export function keepsAttributes({ kind, type }: Filesystem): boolean {
  return kind !== 'fat' && type !== 'exfat'
}
