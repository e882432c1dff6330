import { z } from 'zod'
import { editSchema } from '../edits/edit.js'
import { appErrorDataSchema } from '../errors/app-error-data.js'
import { diskFormatSchema } from '../images/image-info.js'
import { ARTIFACT_IDS } from '../platforms/artifact-ids.js'
import { PLATFORM_IDS } from '../platforms/platform.js'

/** What a disk is wrapped in. `tar.gz`: Google's `disk.raw` archive; `oci`: Oracle's `.oci` archive; `containerdisk`: an OCI archive for KubeVirt. */
export const DISK_CONTAINERS = ['ova', 'tar.gz', 'oci', 'containerdisk'] as const
export type DiskContainer = (typeof DISK_CONTAINERS)[number]

export const DIGESTS = ['sha256', 'sha512'] as const
export type DigestName = (typeof DIGESTS)[number]

/** The machine that an OVF describes; what is not given follows from the image. */
export const machineSchema = z.object({
  /** VMware's virtual hardware version: 13 needs ESXi 6.5, 14 6.7, 17 7.0, 20 8.0, 21 8.0 U2. */
  hardwareVersion: z.number().int().min(7).max(30).optional(),
  cpus: z.number().int().min(1).max(256).optional(),
  memoryMib: z
    .number()
    .int()
    .min(128)
    .max(4 * 1024 ** 2)
    .optional(),
  firmware: z.enum(['bios', 'efi']).optional(),
  secureBoot: z.boolean().optional(),
  diskController: z.enum(['pvscsi', 'lsilogic', 'sata', 'nvme', 'ide']).optional(),
  network: z.enum(['vmxnet3', 'e1000e', 'e1000', 'none']).optional(),
  /** Which guestinfo properties a user is asked for on deployment. */
  properties: z.enum(['ignition', 'cloud-init', 'none']).optional(),
})
export type MachineChoice = z.infer<typeof machineSchema>

/** Make one artifact: edits, growth, conversion, packing and proof are one job. */
export const convertImageInputSchema = z.object({
  /** Absolute path: a disk image, a packed one, or an archive that holds one. */
  source: z.string(),
  /** Which disk of an archive, by its name in it; may be left out where there is only one. */
  member: z.string().max(4096).optional(),
  /** Internal snapshot of a qcow2 (its id or name) to read instead of the present state. */
  snapshot: z.string().max(1024).optional(),
  output: z.string(),
  format: diskFormatSchema,
  subformat: z.string().optional(),
  /** Further `qemu-img -o` options, `name=value`. */
  options: z.array(z.string()).default([]),
  container: z.enum(DISK_CONTAINERS).nullable().default(null),
  /** The preset that the above comes from; its platform's rules are checked on the result. */
  artifact: z.enum(ARTIFACT_IDS).optional(),
  /** For whom the result is, where no preset says so. */
  platform: z.enum(PLATFORM_IDS).optional(),
  /** Applied to a throw-away overlay first; a retarget is one of them. */
  edits: z.array(editSchema).max(2000).default([]),
  /** Make the disk larger to the next size the platform takes (its backup GPT moves along). */
  fitSize: z.boolean().default(false),
  machine: machineSchema.optional(),
  /** Sidecar files beside the result, `NAME.sha256`, as sha256sum(1) reads them. */
  digests: z.array(z.enum(DIGESTS)).max(2).default([]),
  /** Write `NAME.report.json` and `NAME.report.txt` beside the result. */
  report: z.boolean().default(false),
  /** Compare the result with the source. */
  verify: z.boolean().default(true),
  replace: z.boolean().default(false),
})
export type ConvertInput = z.infer<typeof convertImageInputSchema>

/** What a user asks of a batch: every source for every preset. */
export const batchRequestSchema = z.object({
  sources: z
    .array(
      z.object({
        path: z.string(),
        member: z.string().optional(),
        snapshot: z.string().optional(),
        edits: z.array(editSchema).max(2000).default([]),
      }),
    )
    .min(1)
    .max(200),
  artifacts: z.array(z.enum(ARTIFACT_IDS)).min(1).max(40),
  /** Absolute path of the folder for the results; it has to be there. */
  folder: z.string(),
  /** Stage the retarget of each preset's platform, where the image needs it. */
  retarget: z.boolean().default(true),
  machine: machineSchema.optional(),
  digests: z.array(z.enum(DIGESTS)).max(2).default([]),
  report: z.boolean().default(true),
  verify: z.boolean().default(true),
  replace: z.boolean().default(false),
  /** Start nothing unless all that is not left out can be made: who was shown a number of artifacts agreed to that number. */
  whole: z.boolean().default(false),
  /** Cells that are left out, by source index and preset. */
  without: z
    .array(z.object({ source: z.number().int(), artifact: z.enum(ARTIFACT_IDS) }))
    .max(8000)
    .default([]),
})
export type BatchRequest = z.infer<typeof batchRequestSchema>
export type BatchRequestDraft = z.input<typeof batchRequestSchema>

const noteSchema = z.object({ severity: z.enum(['error', 'warning', 'note']), text: z.string() })

/** One source for one preset. */
export const batchCellSchema = z.object({
  /** Index in `BatchRequest.sources`. */
  source: z.number().int(),
  artifact: z.enum(ARTIFACT_IDS),
  output: z.string(),
  /** What to start; null where `problem` says why there is nothing to start. */
  input: convertImageInputSchema.nullable(),
  /** Steps in words, in order: `Retarget to Azure: ignition.platform.id=azure …`, `Grow to 16 GiB`, `Convert to VHD, fixed`, `Compare` … */
  steps: z.array(z.string()),
  estimateBytes: z.number().nullable(),
  neededBytes: z.number().nullable(),
  exists: z.boolean(),
  notes: z.array(noteSchema),
  commands: z.array(z.string()),
  problem: appErrorDataSchema.nullable(),
})
export type BatchCell = z.infer<typeof batchCellSchema>

export const batchPlanSchema = z.object({
  cells: z.array(batchCellSchema),
  /** Bytes that all results together need at most, working copies of those that run at one time included. */
  neededBytes: z.number(),
  estimateBytes: z.number(),
  freeBytes: z.number(),
  fits: z.boolean(),
})
export type BatchPlan = z.infer<typeof batchPlanSchema>

/** What can be read from a file that was dropped to be converted. */
export const sourceReportSchema = z.object({
  path: z.string(),
  name: z.string(),
  kind: z.enum(['image', 'compressed', 'archive', 'ova', 'ovf']),
  /** What it is, in words: `qcow2`, `gzip`, `tar with zstd`, `OVA (VMware)`. */
  label: z.string(),
  fileBytes: z.number(),
  disks: z.array(
    z.object({
      /** Name in the archive; null where the file itself is the disk. */
      member: z.string().nullable(),
      /** What it is: `qcow2 v3`, `VMDK streamOptimized`; null where only unpacking tells. */
      label: z.string().nullable(),
      virtualBytes: z.number().nullable(),
      /** Bytes in the file. */
      packedBytes: z.number().nullable(),
    }),
  ),
  /** Internal snapshots, oldest first. */
  snapshots: z.array(z.object({ id: z.string(), name: z.string(), createdAt: z.string(), stateBytes: z.number() })),
  /** Digests of an OVA's manifest against its files; null where there is none to check. */
  manifest: z.object({ state: z.enum(['matches', 'differs', 'unsupported', 'unchecked']), detail: z.string() }).nullable(),
  notes: z.array(noteSchema),
})
export type SourceReport = z.infer<typeof sourceReportSchema>
