import { z } from 'zod'
import { editSchema } from '../edits/edit.js'
import { PLATFORM_IDS } from '../platforms/platform.js'
import { FAIL_RULE_IDS } from './fail-table.js'
import { givenTextSchema, hideText } from './given-text.js'
import { guestMetadataSchema, hideMetadata, metadataFiles } from './guest-metadata.js'
import { keptMachineSchema } from './kept-machine.js'
import { MACHINE_ARCHES } from './machine-arch.js'
import { READY_SET_IDS } from './ready-sets.js'

const MIB = 1024 ** 2

export const FIRMWARE_CHOICES = ['auto', 'bios', 'uefi', 'uefi-secure'] as const
export type FirmwareChoice = (typeof FIRMWARE_CHOICES)[number]
export type FirmwareKind = Exclude<FirmwareChoice, 'auto'>
export const MACHINES = ['q35', 'pc', 'virt'] as const
export const DISK_BUSES = ['virtio', 'scsi', 'nvme', 'sata', 'ide', 'usb'] as const
export type DiskBus = (typeof DISK_BUSES)[number]
export const NETWORKS = ['none', 'user'] as const
const ACCELERATORS = ['auto', 'kvm', 'tcg'] as const

const expressionSchema = z
  .string()
  .min(1)
  .max(1000)
  .refine((text) => problemOfExpression(text) === null, { error: 'not a regular expression' })

/** Why a text is no regular expression of JavaScript; null where it is one. */
export function problemOfExpression(text: string): string | null {
  try {
    return RegExp(text).source === '' ? 'it is empty' : null
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

/** The machine that an image is booted in. What is left out comes from the platform's preset, else from what is usual. */
export const bootMachineSchema = z.object({
  firmware: z.enum(FIRMWARE_CHOICES).default('auto'),
  accelerator: z.enum(ACCELERATORS).default('auto'),
  /** The processor; default: the one that the image is for, and x86-64 where nothing in it tells. */
  arch: z.enum(MACHINE_ARCHES).optional(),
  machine: z.enum(MACHINES).optional(),
  /** A processor model of qemu (`max`, `host`, `Skylake-Server`); default: all that the accelerator offers. */
  cpu: z
    .string()
    .regex(/^[\w.-]+(,[+-]?[\w.-]+(=\w+)?)*$/)
    .optional(),
  memoryBytes: z
    .number()
    .int()
    .min(64 * MIB)
    .default(2048 * MIB),
  cpus: z.number().int().min(1).max(64).default(2),
  diskBus: z.enum(DISK_BUSES).optional(),
  /** `user`: qemu's own network with the host's connection; SSH of the guest is forwarded to a free port on loopback. */
  network: z.enum(NETWORKS).default('none'),
  tpm: z.boolean().optional(),
})
export type BootMachine = z.infer<typeof bootMachineSchema>

/** When a test has passed, when it has failed, and how long it may take. */
export const bootExpectationsSchema = z.object({
  /** All of them have to be seen. */
  ready: z.array(z.enum(READY_SET_IDS)).max(READY_SET_IDS.length).default(['login']),
  /** JavaScript regular expressions; each has to match a line of the console. */
  patterns: z.array(expressionSchema).max(50).default([]),
  /** The first line that one of them matches ends the test as failed. */
  fail: z.array(expressionSchema).max(50).default([]),
  /** Rows of the table of failures that do not count. */
  ignore: z.array(z.enum(FAIL_RULE_IDS)).max(FAIL_RULE_IDS.length).default([]),
  timeoutSeconds: z.number().positive().max(86_400).default(600),
  /** The test ends as well when the guest says nothing for so long, once it said something that `after` matches (default: anything). */
  silence: z.object({ seconds: z.number().positive().max(86_400), after: expressionSchema.optional() }).optional(),
  /** More restarts of the guest than these are a loop. */
  restarts: z.number().int().min(0).max(100).default(3),
})
export type BootExpectations = z.infer<typeof bootExpectationsSchema>

/** Boot an image with its staged edits in a throw-away overlay and judge what it says on its serial console. */
export const bootTestInputSchema = z.object({
  /** Absolute path of the image. */
  source: z.string(),
  /** `ImageInfo.revision` of the image that was looked at; a different one ends the job with `image-changed`. */
  revision: z.string().optional(),
  edits: z.array(editSchema).max(2000).default([]),
  /** What applies the edits. Default: the best engine that works here. */
  engine: z.enum(['uml', 'guestfish', 'nbd']).optional(),
  /** Id of the boot entry to boot, in place of the default one. For this test alone. */
  entry: z.string().max(4096).optional(),
  /** Kernel arguments for this test alone. */
  append: z.array(z.string().min(1).max(4096)).max(100).default([]),
  /** What the machine looks like to the guest. */
  platform: z.enum(PLATFORM_IDS).optional(),
  machine: bootMachineSchema.prefault({}),
  expect: bootExpectationsSchema.prefault({}),
  /** Configuration of the first boot, for this test alone. */
  seed: z
    .object({
      /** A NoCloud disk, as cloud-init looks for it. */
      cloudInit: z
        .object({ userData: givenTextSchema, metaData: givenTextSchema.optional(), networkConfig: givenTextSchema.optional() })
        .optional(),
      /** Ignition's configuration, as firmware configuration of qemu; `ignition.platform.id=qemu` is set for it. */
      ignition: givenTextSchema.optional(),
    })
    .optional(),
  /** What the platform's metadata service tells the guest, for this test alone. */
  metadata: guestMetadataSchema.optional(),
  /** An ISO image in a drive beside the disk. */
  cdrom: z.object({ path: z.string(), bootFirst: z.boolean().default(true) }).optional(),
  /** Keep the machine's disk as a new image once the test has passed. */
  keep: keptMachineSchema.optional(),
  /** The machine stays on after the verdict, until it is told to end or the guest switches itself off. */
  stayOn: z.boolean().default(false),
  screenshot: z.boolean().default(true),
})
export type BootTestInput = z.infer<typeof bootTestInputSchema>

type Seed = NonNullable<BootTestInput['seed']>
type FirstBoot = Partial<Pick<BootTestInput, 'seed' | 'metadata'>>

/** Files of this machine that configuration of a first boot is read from. */
export function firstBootFiles({ seed, metadata }: FirstBoot): string[] {
  const { cloudInit, ignition } = seed ?? {}
  const texts = [cloudInit?.userData, cloudInit?.metaData, cloudInit?.networkConfig, ignition]
  const named = texts.flatMap((given) => (given !== undefined && 'file' in given ? [given.file] : []))
  return [...named, ...(metadata === undefined ? [] : metadataFiles(metadata))]
}

/** The request as it may be kept in records: configuration of a first boot can hold passwords. Names of files stay. */
export function hideFirstBoot<T extends FirstBoot>(request: T): T {
  const { seed, metadata } = request
  return {
    ...request,
    ...(seed === undefined ? {} : { seed: hideSeed(seed) }),
    ...(metadata === undefined ? {} : { metadata: hideMetadata(metadata) }),
  }
}

function hideSeed({ cloudInit, ignition }: Seed): Seed {
  return {
    ...(cloudInit === undefined ? {} : { cloudInit: hideTexts(cloudInit) }),
    ...(ignition === undefined ? {} : { ignition: hideText(ignition) }),
  }
}

function hideTexts({ userData, metaData, networkConfig }: NonNullable<Seed['cloudInit']>): NonNullable<Seed['cloudInit']> {
  return {
    userData: hideText(userData),
    ...(metaData === undefined ? {} : { metaData: hideText(metaData) }),
    ...(networkConfig === undefined ? {} : { networkConfig: hideText(networkConfig) }),
  }
}
