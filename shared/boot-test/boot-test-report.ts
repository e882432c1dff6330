import { z } from 'zod'
import { BOOT_PHASES } from './boot-phases.js'
import { DISK_BUSES, MACHINES, NETWORKS } from './boot-test-request.js'
import { unkeptMachineSchema } from './kept-machine.js'
import { METADATA_SERVICE_IDS } from './guest-metadata.js'
import { MACHINE_ARCHES } from './machine-arch.js'

/** `none`: the user ended the test before it had come to anything, to keep the disk of its machine. It is neither passed nor failed. */
const BOOT_VERDICTS = ['pass', 'fail', 'timeout', 'none'] as const
export type BootVerdict = (typeof BOOT_VERDICTS)[number]
export const bootVerdictSchema = z.enum(BOOT_VERDICTS)

export const bootEvidenceSchema = z.object({
  kind: z.enum(['ready', 'fail', 'note']),
  /** Id of a ready set or of a row of the table of failures; `expression` for one that was given. */
  rule: z.string(),
  title: z.string(),
  /** The line of the console, without control characters. */
  line: z.string(),
  /** Of the console without control sequences and empty lines, from 1. */
  lineNumber: z.number().int(),
  /** Since the machine was switched on. */
  seconds: z.number(),
})
export type BootEvidence = z.infer<typeof bootEvidenceSchema>

export const bootPhaseMarkSchema = z.object({ phase: z.enum(BOOT_PHASES), seconds: z.number(), line: z.string() })
export type BootPhaseMark = z.infer<typeof bootPhaseMarkSchema>

/** What runs the processor, and why that. */
export const acceleratorSchema = z.object({ used: z.enum(['kvm', 'tcg']), reason: z.string() })

/** What a boot test found. */
export const bootTestReportSchema = z.object({
  verdict: bootVerdictSchema,
  /** One sentence for people. */
  reason: z.string(),
  evidence: z.array(bootEvidenceSchema),
  /** What was wanted and did not come. */
  missing: z.array(z.string()),
  /** When each stage of the boot began. */
  timeline: z.array(bootPhaseMarkSchema),
  /** From switching on to the first byte on the console; null when there was none. */
  firstByteSeconds: z.number().nullable(),
  /** From switching on to the verdict. */
  seconds: z.number(),
  /** Restarts of the guest. */
  restarts: z.number().int(),
  serial: z.object({
    /** Absolute path: all that the guest wrote, byte for byte, but for the middle of very long logs. */
    path: z.string(),
    bytes: z.number(),
    leftOutBytes: z.number(),
  }),
  /** PNG of the graphical console at the end, absolute path. */
  screenshot: z.string().nullable(),
  accelerator: acceleratorSchema,
  firmware: z.object({ kind: z.enum(['bios', 'uefi', 'uefi-secure']), file: z.string().nullable() }),
  machine: z.object({
    /** Not given in older records, of x86-64 alone. */
    arch: z.enum(MACHINE_ARCHES).optional(),
    type: z.enum(MACHINES),
    diskBus: z.enum(DISK_BUSES),
    memoryBytes: z.number(),
    cpus: z.number(),
    network: z.enum(NETWORKS),
    tpm: z.boolean(),
    platform: z.string().nullable(),
  }),
  /** What the guest asked its metadata service for, in order; the first ones tell enough. */
  metadata: z
    .object({
      service: z.enum(METADATA_SERVICE_IDS),
      requests: z.array(z.object({ method: z.string(), path: z.string(), status: z.number().int(), seconds: z.number() })),
    })
    .optional(),
  /** Absolute path of the new image that was kept of the machine's disk. */
  kept: z.string().optional(),
  /** Where it was to be kept, and could not. */
  unkept: unkeptMachineSchema.optional(),
  /** The command line of qemu, copyable. */
  command: z.string(),
  notes: z.array(z.string()),
})
export type BootTestReport = z.infer<typeof bootTestReportSchema>
