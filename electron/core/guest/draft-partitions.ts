import { AppError } from '#shared/errors/app-error'
import type { DiskLayout } from '#shared/images/disk-layout'
import { isEspType, partitionTypeName } from '#shared/images/partition-types'
import type { Filesystem, Partition } from '#shared/images/image-info'
import type { DiskStep } from './draft-steps.js'

/** File systems that no kernel writes. */
const READ_ONLY: ReadonlySet<string> = new Set(['iso9660', 'squashfs', 'erofs'])

/** What mount(8) calls a file system. */
export function kernelName(filesystem: Filesystem): string {
  return filesystem.kind === 'fat' ? 'vfat' : filesystem.type
}

/** What a draft knows of the disk beside its partitions. */
export type DiskFacts = Omit<DiskLayout, 'partitions'>

/** The partitions as they are after the steps: what names a file system by its UUID has to find it by the new one. */
export function withDiskSteps(partitions: readonly Partition[], steps: readonly DiskStep[]): readonly Partition[] {
  return steps.reduce<readonly Partition[]>((rows, step) => rows.map((row) => changed(row, step)), partitions)
}

function changed(row: Partition, step: DiskStep): Partition {
  // Where there is no table, the disk itself is what a partition is elsewhere.
  if (step.kind === 'resize-disk') return row.number === 0 ? { ...row, sizeBytes: step.bytes } : row
  if (step.kind === 'move-backup-gpt' || row.number !== step.partition) return row
  if (step.kind === 'set-filesystem-uuid')
    return row.filesystem ? { ...row, filesystem: { ...row.filesystem, uuid: spelledUuid(step) } } : row
  if (step.kind === 'resize-partition') return { ...row, sizeBytes: step.sizeBytes }
  if (step.kind === 'grow-filesystem') return withSize(row, row.sizeBytes)
  if (step.kind === 'shrink-filesystem') return withSize(row.number === 0 ? { ...row, sizeBytes: step.bytes } : row, step.bytes)
  const isEsp = row.isEsp || (row.filesystem?.kind === 'fat' && isEspType(step.type))
  return { ...row, type: step.type, typeName: partitionTypeName(step.type), isEsp }
}

function withSize(row: Partition, sizeBytes: number): Partition {
  return row.filesystem ? { ...row, filesystem: { ...row.filesystem, sizeBytes } } : row
}

/** Sizes that the disk has, from the first to the last step. */
export function diskSizes(facts: DiskFacts, steps: readonly DiskStep[]): readonly [number, ...number[]] {
  return [facts.virtualBytes, ...steps.flatMap((step) => (step.kind === 'resize-disk' ? [step.bytes] : []))]
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
