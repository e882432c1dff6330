import { z } from 'zod'
import { DISK_FORMATS } from '../images/formats.js'
import { OS_FAMILIES } from './os-family.js'
import { PLATFORM_ARCHES, PLATFORM_IDS } from './platform.js'

/** What leaves, arrives and changes its place in one list of kernel arguments. */
const argMoves = {
  leaves: z.array(z.string()),
  arrives: z.array(z.string()),
  /** Arguments that only change their place, so the order of consoles. */
  moves: z.array(z.string()),
  /** The whole list before and after. */
  before: z.array(z.string()),
  after: z.array(z.string()),
}

/** One boot entry on the platform. */
export const retargetedEntrySchema = z.object({
  /** `BootEntry.id` */
  entry: z.string(),
  title: z.string(),
  isDefault: z.boolean(),
  ...argMoves,
  /** One row for each argument that leaves, arrives or moves. */
  reasons: z.array(z.object({ arg: z.string(), why: z.string() })),
  /** Values of `console=` afterwards; the last is primary. */
  consoles: z.array(z.string()),
  /** `ignition.platform.id` afterwards. */
  ignitionId: z.string().nullable(),
  /** Why the entry stays as it is; null where it can be changed. */
  problem: z.string().nullable(),
})
export type RetargetedEntry = z.infer<typeof retargetedEntrySchema>

/** A file from which later kernels take their arguments. */
export const retargetedFileSchema = z.object({ file: z.string(), what: z.string(), ...argMoves })
export type RetargetedFile = z.infer<typeof retargetedFileSchema>

/** GRUB's console block, the lines between its markers. */
export const retargetedConsoleSchema = z.object({
  file: z.string(),
  before: z.array(z.string()),
  after: z.array(z.string()),
})
export type RetargetedConsole = z.infer<typeof retargetedConsoleSchema>

/** Facts of a platform for showing. */
export const platformFactsSchema = z.object({
  id: z.enum(PLATFORM_IDS),
  name: z.string(),
  group: z.enum(['Hypervisor', 'Cloud', 'Other']),
  /** The image to make for it; null where it is not known. */
  image: z
    .object({
      format: z.enum(DISK_FORMATS),
      subformat: z.string(),
      /** What the disk is wrapped in; null when the disk file itself is handed over. */
      container: z.enum(['ova', 'tar.gz', 'oci', 'containerdisk']).nullable(),
      note: z.string(),
    })
    .nullable(),
  firmware: z.object({ bios: z.boolean(), uefi: z.boolean(), usual: z.enum(['bios', 'uefi', 'image']), note: z.string() }),
  secureBoot: z.string().nullable(),
  /** The virtual size must be a multiple of it, bytes. */
  alignmentBytes: z.number(),
  /** Largest virtual size in bytes; null when none is known. */
  maxBytes: z.number().nullable(),
  sizeNote: z.string().nullable(),
  /** Where the first boot's configuration comes from. */
  config: z.string(),
  consoleNote: z.string().nullable(),
  agents: z.array(z.string()),
  /** Id of the upload provider; null when there is none. */
  upload: z.string().nullable(),
  importSteps: z.array(z.string()),
  sources: z.array(z.string()),
})
export type PlatformFacts = z.infer<typeof platformFactsSchema>

/** What a retarget would do to an image, before it is staged. */
export const retargetPlanSchema = z.object({
  platform: platformFactsSchema,
  /** The platform that the image is made for by its default entry; null where nothing tells. */
  current: z.enum(PLATFORM_IDS).nullable(),
  /** `ignition.platform.id` afterwards; null where the image has none. */
  ignitionId: z.string().nullable(),
  family: z.enum(OS_FAMILIES),
  arch: z.enum(PLATFORM_ARCHES),
  /** What the architecture is known by: `kernel`, `boot loader`, `given`; `assumed` where nothing tells. */
  archFrom: z.enum(['given', 'kernel', 'boot loader', 'assumed']),
  /** The image's own table (/boot/coreos/platforms.json) lists the platform, and wins. */
  ownTable: z.boolean(),
  perEntry: z.array(retargetedEntrySchema),
  perFile: z.array(retargetedFileSchema),
  /** One for each GRUB script with a console block. */
  consoleBlocks: z.array(retargetedConsoleSchema),
  /** Arguments that suit only some images; they come with `extras: 'all'`. */
  offered: z.array(z.object({ arg: z.string(), why: z.string() })),
  /** What stands in the way by the image's outside alone; the worst first. */
  imageAdvice: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(['error', 'warning', 'note']),
      text: z.string(),
      /** Virtual size that would be right, bytes; null when size is not the matter. */
      growTo: z.number().nullable(),
    }),
  ),
  /** Things worth knowing: what could not be read, what stays as it is. */
  notes: z.array(z.string()),
  /** False where the image is as the platform wants it already. */
  changes: z.boolean(),
})
export type RetargetPlanReport = z.infer<typeof retargetPlanSchema>
