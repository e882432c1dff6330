import { z } from 'zod'

/**
 * A boot loader specification (BLS) type 1 entry as found in an image.
 * https://uapi-group.org/specifications/specs/boot_loader_specification/
 */
export const bootEntrySchema = z.object({
  /** `PARTITION:PATH`, unique within an image, for example `2:/loader.1/entries/ostree-1-ock.conf`. */
  id: z.string(),
  partition: z.number().int(),
  /** Path as listed, below the partition's root, before symlinks are followed: `/loader/entries/x.conf`. */
  path: z.string(),
  /** Path with the folder symlink resolved (what is written): `/loader.1/entries/x.conf`. */
  realPath: z.string(),
  title: z.string(),
  version: z.string().nullable(),
  /** Kernel image path of the entry, or null for an EFI program. */
  linux: z.string().nullable(),
  initrds: z.array(z.string()),
  /** Ordered kernel arguments of all `options` lines, duplicates kept, quotes kept byte for byte. */
  args: z.array(z.string()),
  isDefault: z.boolean(),
  /** Why it is the default: `loader.conf default`, `saved_entry`, `highest version`. */
  defaultReason: z.string().nullable(),
  /** The whole file, as text (latin1-safe: bytes that are not UTF-8 are kept by `encoding`). */
  text: z.string(),
  /** How `text` was decoded. */
  encoding: z.enum(['utf8', 'latin1']),
  /** SHA-256 of the file's bytes when it was read. */
  sha256: z.string(),
  /** A problem that keeps the entry from being edited, if any. */
  problem: z.string().nullable(),
})
export type BootEntry = z.infer<typeof bootEntrySchema>

export const bootReportSchema = z.object({
  entries: z.array(bootEntrySchema),
  /** Folders that were looked at, `2:/loader/entries`. */
  searched: z.array(z.string()),
  elapsedMs: z.number(),
})
export type BootReport = z.infer<typeof bootReportSchema>
