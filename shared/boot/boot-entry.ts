import { z } from 'zod'
import { editSchema } from '../edits/edit.js'

/** Kinds of files that say how an image boots. */
export const BOOT_FILE_KINDS = [
  'bls-entry',
  'loader-conf',
  'grubenv',
  'grub-cfg',
  'grub-default',
  'kernel-cmdline',
  'extlinux',
  'isolinux',
  'uki',
  'platforms-json',
] as const
export type BootFileKind = (typeof BOOT_FILE_KINDS)[number]

export const bootFileSchema = z.object({
  /** `PARTITION:PATH`, unique within an image. */
  id: z.string(),
  kind: z.enum(BOOT_FILE_KINDS),
  partition: z.number().int(),
  /** Path as listed, below the partition's root, before symlinks are followed: `/loader/entries/x.conf`. */
  path: z.string(),
  /** Path with symlinks resolved (what is written): `/loader.1/entries/x.conf`. */
  realPath: z.string(),
  /** The whole file as text (of a UKI: its command line). Bytes that are not UTF-8 are kept by `encoding`. */
  text: z.string(),
  encoding: z.enum(['utf8', 'latin1']),
  /** SHA-256 of the file's bytes when it was read (of a UKI: of the part that was read). */
  sha256: z.string(),
  /** Why it cannot be edited; null where it can. */
  problem: z.string().nullable(),
})
export type BootFile = z.infer<typeof bootFileSchema>

/** The boot loader configuration that an entry belongs to. */
export const ENTRY_LOADERS = ['bls', 'grub', 'extlinux', 'isolinux', 'uki'] as const

/** Where arguments of an entry come from. */
export const argSourceSchema = z.object({
  /** `BootFile.id` */
  file: z.string(),
  /** The part of that file: `options`, `kernelopts`, `linux`, `APPEND`, `.cmdline`. */
  what: z.string(),
  /** Other entries take arguments from the same place: a change there changes them too. */
  shared: z.boolean(),
})
export type ArgSource = z.infer<typeof argSourceSchema>

/** One line of a boot menu. */
export const bootEntrySchema = z.object({
  /**
   * Unique within an image: `PARTITION:PATH` of a BLS entry or UKI, with `#INDEX` (GRUB's own addressing, `1>2`) or `#LABEL`
   * (extlinux) where a file has several, for example `2:/loader/entries/ostree-1-ock.conf`, `2:/grub2/grub.cfg#1>0`.
   */
  id: z.string(),
  loader: z.enum(ENTRY_LOADERS),
  /** `BootFile.id` of the file that defines it. */
  file: z.string(),
  partition: z.number().int(),
  path: z.string(),
  realPath: z.string(),
  title: z.string(),
  /** Titles of the submenus it stands in, outermost first. */
  submenu: z.array(z.string()),
  version: z.string().nullable(),
  /** Kernel image path of the entry, or null for an EFI program. */
  linux: z.string().nullable(),
  efi: z.string().nullable(),
  initrds: z.array(z.string()),
  devicetree: z.string().nullable(),
  sortKey: z.string().nullable(),
  machineId: z.string().nullable(),
  /** Boot counter of the file name (`+3-1`): tries left and done. */
  counter: z.object({ left: z.number().int(), done: z.number().int() }).nullable(),
  /** False where the boot loader passes over it (`.conf.disabled`). */
  enabled: z.boolean(),
  /** The effective kernel arguments in order: variables expanded, duplicates kept, quotes kept byte for byte. */
  args: z.array(z.string()),
  /** For each of `args` the index of its place in `sources`. */
  origins: z.array(z.number().int()),
  sources: z.array(argSourceSchema),
  isDefault: z.boolean(),
  /** Why it is the default: `loader.conf default`, `saved_entry`, `highest version`, `set default`. */
  defaultReason: z.string().nullable(),
  /** A problem that keeps the entry from being edited, if any. */
  problem: z.string().nullable(),
})
export type BootEntry = z.infer<typeof bootEntrySchema>

/** Default and timeout of one boot loader. */
export const bootSettingsSchema = z.object({
  loader: z.enum(['grub', 'systemd-boot', 'extlinux', 'isolinux']),
  /** `BootFile.id` of the file that says it. */
  file: z.string(),
  /** As it stands there. */
  default: z.string().nullable(),
  timeoutSeconds: z.number().nullable(),
})
export type BootSettings = z.infer<typeof bootSettingsSchema>

/** Something to know about how the image boots: a place that is overruled, a change that would be lost. */
export const bootNoteSchema = z.object({
  code: z.enum([
    'overruled',
    'shared-arguments',
    'lost-on-update',
    'kernel-missing',
    'initrd-missing',
    'title-twice',
    'syntax',
    'uki-signed',
    'read-only',
    'no-default',
    'unreadable',
  ]),
  severity: z.enum(['info', 'warning', 'error']),
  /** `BootEntry.id` or `BootFile.id` that it is about; null for the image. */
  entry: z.string().nullable(),
  file: z.string().nullable(),
  text: z.string(),
  /** Edits that mend it; empty where there is none. */
  fix: z.array(editSchema),
})
export type BootNote = z.infer<typeof bootNoteSchema>

export const bootReportSchema = z.object({
  /** Every file that says how the image boots. */
  files: z.array(bootFileSchema),
  /** In menu order, the default one first. */
  entries: z.array(bootEntrySchema),
  settings: z.array(bootSettingsSchema),
  notes: z.array(bootNoteSchema),
  /** Folders that were looked at, `2:/loader/entries`. */
  searched: z.array(z.string()),
  elapsedMs: z.number(),
})
export type BootReport = z.infer<typeof bootReportSchema>
