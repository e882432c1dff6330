import { z } from 'zod'
import { bootReportSchema } from '../boot/boot-entry.js'
import { appErrorDataSchema } from '../errors/app-error-data.js'

/** What an edit list makes of one file or folder of the image. */
export const fileChangeSchema = z.object({
  kind: z.literal('file'),
  partition: z.number().int(),
  /** Absolute in the partition, after all renames. */
  path: z.string(),
  change: z.enum(['rewritten', 'created', 'removed', 'renamed', 'folder-created', 'link-created', 'attributes']),
  /** Path before a rename. */
  from: z.string().nullable(),
  /** Text before and after; null where there is none, where it is no text, or where it is larger than 256 KiB. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  beforeBytes: z.number().nullable(),
  afterBytes: z.number().nullable(),
  /** Mode, owner and link targets in words: `mode 0600, owner 0:0`. */
  detail: z.string(),
  /** Index in the edit list of each edit that touches it. */
  edits: z.array(z.number().int()),
})
export type FileChange = z.infer<typeof fileChangeSchema>

/** A change of the partition table or of a whole file system. */
export const diskChangeSchema = z.object({
  kind: z.literal('disk'),
  partition: z.number().int().nullable(),
  /** `Partition type`, `File system UUID`, `Backup GPT`. */
  what: z.string(),
  before: z.string(),
  after: z.string(),
  edits: z.array(z.number().int()),
})
export type DiskChange = z.infer<typeof diskChangeSchema>

export const editPreviewSchema = z.object({
  /** One row for each edit, in their order. */
  edits: z.array(
    z.object({
      /** In words: `Replace ignition.platform.id=qemu by vmware in "Oracle Linux Server 8.10"`. */
      title: z.string(),
      /** Why it cannot be applied; then nothing can be saved. */
      problem: appErrorDataSchema.nullable(),
      /** Things worth knowing: `changes 3 files`, `the kernel's own list is not touched`. */
      notes: z.array(z.string()),
    }),
  ),
  changes: z.array(z.discriminatedUnion('kind', [fileChangeSchema, diskChangeSchema])),
  /** How the image boots with the edits applied. */
  boot: bootReportSchema,
})
export type EditPreview = z.infer<typeof editPreviewSchema>
