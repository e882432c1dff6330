import { z } from 'zod'

/** Ranges and files that a comparison tells of one by one; more are counted. */
export const TOLD_RANGES = 200
export const TOLD_FILES = 500

const sideSchema = z.object({ path: z.string(), name: z.string(), virtualBytes: z.number() })

export const differentRangeSchema = z.object({
  /** Bytes of the disk as the guest sees it, whole sectors of 512 bytes. */
  start: z.number(),
  length: z.number(),
  /** Partition of the first image that it begins in; null outside of them all. */
  partition: z.number().nullable(),
})
export type DifferentRange = z.infer<typeof differentRangeSchema>

export const differentFileSchema = z.object({
  partition: z.number(),
  /** Absolute within the partition. */
  path: z.string(),
  change: z.enum(['added', 'removed', 'content', 'attributes', 'time']),
  /** `12 KiB → 14 KiB`, `mode 644 → 600`; empty where the change says it all. */
  detail: z.string(),
})
export type DifferentFile = z.infer<typeof differentFileSchema>

/** Where two images differ, the second against the first. */
export const comparisonSchema = z.object({
  left: sideSchema,
  right: sideSchema,
  /** The guest sees the same; where one disk is longer, the rest of it is zeros. */
  identical: z.boolean(),
  /** Bytes of sectors that differ. */
  differentBytes: z.number(),
  ranges: z.array(differentRangeSchema),
  /** How many ranges there are in all. */
  rangeCount: z.number(),
  files: z.array(differentFileSchema),
  fileCount: z.number(),
  /** Partitions that differ and whose files were not compared, and why. */
  notCompared: z.array(z.object({ partition: z.number(), reason: z.string() })),
})
export type Comparison = z.infer<typeof comparisonSchema>
