import { z } from 'zod'

/** Where a changed image goes: a file of its own, or in place of the source. */
export const changeTargetSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('new-file'), output: z.string(), replace: z.boolean().default(false) }),
  /** The source itself is replaced; the original stays beside it as `NAME.backup-DATE`, unless `keepBackup` is false. */
  z.object({ mode: z.literal('in-place'), keepBackup: z.boolean().default(true) }),
])
export type ChangeTarget = z.infer<typeof changeTargetSchema>

/** Bytes that qcow2 takes for a name of a snapshot (QEMU block/snapshot.h, `QEMUSnapshotInfo.name`, with its NUL). */
export const MAX_SNAPSHOT_NAME_BYTES = 255

const source = {
  /** Absolute path of the image. */
  source: z.string(),
  /** `ImageInfo.revision` of the image that was looked at; a different one ends the job with `image-changed`. */
  revision: z.string().optional(),
}

/** Give back what an image takes for free space: the same format, the same content, a smaller file. */
export const compactImageInputSchema = z.object({
  ...source,
  target: changeTargetSchema,
  /** Default: that of the source. `compressed` compresses a qcow2. */
  subformat: z.string().optional(),
  /** Further `qemu-img -o` options, `name=value`: `cluster_size=2M` … */
  options: z.array(z.string()).max(20).default([]),
  /** Let a Linux kernel tell which blocks of the file systems are free; without it only zeros are found. */
  trim: z.boolean().default(true),
})

/** Internal snapshots of a qcow2. `snapshot`: an id, or a name that only one has. */
export const snapshotImageInputSchema = z.object({
  ...source,
  action: z.discriminatedUnion('do', [
    z.object({ do: z.literal('create'), name: z.string().min(1).max(MAX_SNAPSHOT_NAME_BYTES) }),
    /** The present state becomes a snapshot first, unless `keepPresent` is false. */
    z.object({ do: z.literal('apply'), snapshot: z.string().min(1).max(1024), keepPresent: z.boolean().default(true) }),
    z.object({ do: z.literal('delete'), snapshot: z.string().min(1).max(1024) }),
  ]),
  target: changeTargetSchema,
})

/** Give an overlay another backing file, or none. What it holds stays the same. */
export const rebaseImageInputSchema = z.object({
  ...source,
  /** Absolute path of the new backing file, in the image's own folder; null for none: the image then stands on its own. */
  backing: z.string().nullable(),
  /** `unsafe` only changes the name in the header, and is kept only where the content is the same all the same. */
  mode: z.enum(['safe', 'unsafe']).default('safe'),
  target: changeTargetSchema,
})

/** Write what an overlay holds into its backing file. */
export const commitImageInputSchema = z.object({
  ...source,
  /** Absolute path of the backing file, which is changed. It has to be the one that the overlay names. */
  into: z.string(),
  /** Keep what the backing file was as `NAME.backup-DATE`. */
  keepBackup: z.boolean().default(true),
  /** Remove the overlay once its backing file holds the same. */
  removeOverlay: z.boolean().default(false),
})

/** Repair a copy of an image; the image itself stays as it is. */
export const repairImageInputSchema = z.object({
  ...source,
  output: z.string(),
  replace: z.boolean().default(false),
  /** `leaks` only gives back clusters that nothing uses; `all` also mends tables, by what qemu-img thinks is likely. */
  what: z.enum(['leaks', 'all']).default('all'),
})

export const DISK_JOB_INPUTS = {
  'compact-image': compactImageInputSchema,
  'snapshot-image': snapshotImageInputSchema,
  'rebase-image': rebaseImageInputSchema,
  'commit-image': commitImageInputSchema,
  'repair-image': repairImageInputSchema,
} as const
