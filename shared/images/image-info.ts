import { z } from 'zod'
import { DISK_FORMATS, IMAGE_FORMATS } from './formats.js'

export const diskFormatSchema = z.enum(DISK_FORMATS)
export const imageFormatSchema = z.enum(IMAGE_FORMATS)

/** Kinds of content a partition can have. `fat`, `ext`, `xfs`, `btrfs` … each have one fixed colour in the window. */
export const FILESYSTEM_KINDS = [
  'fat',
  'ext',
  'xfs',
  'btrfs',
  'iso9660',
  'squashfs',
  'ntfs',
  'swap',
  'lvm',
  'luks',
  'other',
  'none',
] as const
export type FilesystemKind = (typeof FILESYSTEM_KINDS)[number]

export const filesystemSchema = z.object({
  kind: z.enum(FILESYSTEM_KINDS),
  /** The exact type as blkid(8) names it, with the FAT width: `vfat (FAT32)`, `ext4`, `xfs`. */
  type: z.string(),
  label: z.string().nullable(),
  uuid: z.string().nullable(),
  /** Bytes in use by the superblock's own count; null where Diskwright does not know how to tell. */
  usedBytes: z.number().nullable(),
  /** What it takes of its partition, by its own count; not given where Diskwright does not know how to tell. */
  sizeBytes: z.number().nullable().optional(),
  /** What it can be made as small as: an estimate that errs upwards. Not given where it cannot be made smaller. */
  leastBytes: z.number().nullable().optional(),
  /** Whether it was unmounted, with nothing left to do in its journal; null or not given where it does not tell. */
  clean: z.boolean().nullable().optional(),
})
export type Filesystem = z.infer<typeof filesystemSchema>

/** Codes of things the user should know about an image; words in `describe-warning.ts`. */
export const IMAGE_WARNINGS = [
  'esp-wrong-type',
  'no-partition-table',
  'partition-table-damaged',
  'backup-gpt-misplaced',
  'image-in-use',
  'cut-short',
  'internal-snapshots',
  'backing-file',
  'sandbox-missing',
  'filesystem-unreadable',
  'boot-entries-cut',
] as const
export const imageWarningSchema = z.object({
  code: z.enum(IMAGE_WARNINGS),
  partition: z.number().int().optional(),
  detail: z.string().optional(),
})
export type ImageWarning = z.infer<typeof imageWarningSchema>

export const partitionSchema = z.object({
  /** As in the partition table; 0 means the whole disk, where there is no table. */
  number: z.number().int().min(0),
  startBytes: z.number(),
  sizeBytes: z.number(),
  /** GPT type GUID (upper case) or MBR type as two hex digits; null without a table. */
  type: z.string().nullable(),
  typeName: z.string(),
  /** GPT partition name. */
  name: z.string().nullable(),
  /** What `PARTUUID=` means, in lower case; null without a table. */
  uuid: z.string().nullable().optional(),
  bootable: z.boolean(),
  /** EFI system partition by its type, or a FAT that holds /EFI though its type says otherwise. */
  isEsp: z.boolean(),
  filesystem: filesystemSchema.nullable(),
})
export type Partition = z.infer<typeof partitionSchema>

export const imageInfoSchema = z.object({
  path: z.string(),
  name: z.string(),
  folder: z.string(),
  format: imageFormatSchema,
  /** For example `v3, zlib` or `streamOptimized`. */
  variant: z.string(),
  /** Bytes the guest sees. */
  virtualBytes: z.number(),
  /** Bytes of all files of the image by length. */
  fileBytes: z.number(),
  /** Bytes that are allocated on the host's disk. */
  onDiskBytes: z.number(),
  sectorBytes: z.number(),
  table: z.enum(['gpt', 'mbr', 'none']),
  partitions: z.array(partitionSchema),
  /** Extended partitions of an MBR, which `partitions` leaves out. */
  extended: z.array(z.object({ startBytes: z.number(), sizeBytes: z.number() })).optional(),
  /** Absolute paths: the backing files, nearest first. */
  backingChain: z.array(z.object({ path: z.string(), format: imageFormatSchema })),
  /** Further files that belong to the image (VMDK extents), absolute paths. */
  extents: z.array(z.string()),
  /** PRETTY_NAME of the system found inside, if it was found. */
  osName: z.string().nullable(),
  firmware: z.enum(['uefi', 'bios', 'both', 'unknown']),
  /** What processor it is for by what is inside, as `uname -m` says it; null where nothing tells. */
  arch: z.string().nullable().optional(),
  /** `ignition.platform.id` of the default boot entry. */
  ignitionPlatform: z.string().nullable(),
  warnings: z.array(imageWarningSchema),
  /** Identity of the file when it was read; compared before anything is written. */
  revision: z.string(),
  /** Milliseconds that reading took. */
  elapsedMs: z.number(),
})
export type ImageInfo = z.infer<typeof imageInfoSchema>

/** A file or folder inside an image. */
export const guestEntrySchema = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Bytes; null where it is not known. */
  sizeBytes: z.number().nullable(),
})
export type GuestEntry = z.infer<typeof guestEntrySchema>
