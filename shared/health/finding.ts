import { z } from 'zod'
import { editSchema } from '../edits/edit.js'
import { PLATFORM_IDS } from '../platforms/platform.js'

export const FINDING_SEVERITIES = ['error', 'warning', 'info', 'pass'] as const
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number]

/** What a check is about; the window shows findings in these groups, in this order. */
export const FINDING_GROUPS = ['disk', 'boot', 'arguments', 'drivers', 'platform', 'leftovers'] as const
export type FindingGroup = (typeof FINDING_GROUPS)[number]

/** One answer of one check. */
export const findingSchema = z.object({
  /** Stable and unique in a report: the check, and what it found where it can find several things (`fstab-device:2`). */
  id: z.string(),
  /** The check that says it, `esp-type`. */
  check: z.string(),
  group: z.enum(FINDING_GROUPS),
  /** `info`: worth knowing, or it could not be checked. `pass`: looked at, nothing wrong. */
  severity: z.enum(FINDING_SEVERITIES),
  /** A few words: `The EFI system partition has the wrong type`. */
  title: z.string(),
  /** What follows from it and what to do. */
  text: z.string(),
  /** What was seen, one fact each: `partition 1: Microsoft basic data`. Never a secret's value. */
  evidence: z.array(z.string()),
  /** Edits that mend it, staged by one click; empty where there is none. */
  fix: z.array(editSchema),
  /** Words for the button, `Set the type to EFI system`; null where there is no fix. */
  fixLabel: z.string().nullable(),
  /** Only for the platform that was asked about. */
  platformSpecific: z.boolean(),
})
export type Finding = z.infer<typeof findingSchema>

/** Answer of all checks, the gravest first. */
export const healthReportSchema = z.object({
  platform: z.enum(PLATFORM_IDS).nullable(),
  findings: z.array(findingSchema),
  counts: z.object({ error: z.number(), warning: z.number(), info: z.number(), pass: z.number() }),
  /** Whether the initramfs was looked into. Where it was not, the check of drivers says so; asking with `initramfs: true` does it. */
  initramfs: z.boolean(),
  elapsedMs: z.number(),
})
export type HealthReport = z.infer<typeof healthReportSchema>
