import { z } from 'zod'
import { MAX_DISK_BYTES } from '../images/disk-layout.js'

const partition = z.number().int().min(0).max(255)

/** Gives a partition the right type: a GPT type GUID, or two hex digits for MBR. */
export const partitionTypeEditSchema = z.object({
  kind: z.literal('set-partition-type'),
  partition,
  type: z.string().regex(/^([0-9a-f]{1,2}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i),
})

/**
 * Gives a file system another UUID, and says so everywhere the old one is named: boot entries, fstab, grub.cfg. `new` makes one up
 * when the edit is applied. FAT: eight hex digits.
 */
export const fsUuidEditSchema = z.object({
  kind: z.literal('set-fs-uuid'),
  partition,
  uuid: z.string().regex(/^(new|[0-9A-F]{4}-?[0-9A-F]{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i),
})

/** Puts the backup GPT at the end of the disk. */
export const backupGptEditSchema = z.object({ kind: z.literal('move-backup-gpt') })

/**
 * Gives the disk another size. A larger one has free space at its end, and its backup GPT is moved there; a smaller one may hold
 * nothing beyond.
 */
export const resizeDiskEditSchema = z.object({
  kind: z.literal('resize-disk'),
  /** Virtual size, a multiple of 512. */
  bytes: z
    .number()
    .int()
    .min(1024 ** 2)
    .max(MAX_DISK_BYTES)
    .multipleOf(512),
})

/** Moves the end of a partition outwards, into what is free behind it, and its file system with it. */
export const growPartitionEditSchema = z.object({
  kind: z.literal('grow-partition'),
  partition,
  /** New size; all of the room that is free behind it where that is not given. */
  bytes: z.number().int().positive().max(MAX_DISK_BYTES).multipleOf(512).optional(),
  /** `false` leaves what is in the partition as it is. */
  filesystem: z.boolean().optional(),
})

/** Makes an ext or btrfs file system smaller, and its partition with it. */
export const shrinkPartitionEditSchema = z.object({
  kind: z.literal('shrink-partition'),
  partition,
  /** New size. */
  bytes: z
    .number()
    .int()
    .min(1024 ** 2)
    .max(MAX_DISK_BYTES)
    .multipleOf(512),
})

/** Edits of the partition table and of whole file systems. */
export const DISK_EDITS = [
  partitionTypeEditSchema,
  fsUuidEditSchema,
  backupGptEditSchema,
  resizeDiskEditSchema,
  growPartitionEditSchema,
  shrinkPartitionEditSchema,
] as const
