import { z } from 'zod'
import { imageFormatSchema } from './image-info.js'

const snapshotSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** Bytes of the saved memory of the machine; 0 for one of the disk alone. */
  stateBytes: z.number(),
})
export type DiskSnapshot = z.infer<typeof snapshotSchema>

/** What can be done with the file that a disk is in. */
export const diskReportSchema = z.object({
  path: z.string(),
  format: imageFormatSchema,
  revision: z.string(),
  /** Bytes of all files of the image by length. */
  fileBytes: z.number(),
  onDiskBytes: z.number(),
  /** The image itself, then its backing files, nearest first. */
  chain: z.array(z.object({ path: z.string(), format: imageFormatSchema, onDiskBytes: z.number() })),
  /** Absolute paths of images in its folder that have it as their backing file. */
  overlays: z.array(z.string()),
  /** Oldest first. */
  snapshots: z.array(snapshotSchema),
  /** What `qemu-img check` says; `unchecked` for formats that have nothing to check. */
  check: z.object({ verdict: z.enum(['clean', 'leaks', 'corrupt', 'unchecked']), corruptions: z.number(), leaks: z.number() }),
  /** Processes that have the file open. */
  holders: z.array(z.string()),
})
export type DiskReport = z.infer<typeof diskReportSchema>
