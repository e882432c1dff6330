import { z } from 'zod'
import { diskFormatSchema } from '../images/image-info.js'
import { DISK_CONTAINERS } from '../jobs/convert-request.js'
import { ARTIFACT_IDS } from '../platforms/artifact-ids.js'
import { PLATFORM_IDS } from '../platforms/platform.js'

/** `skipped`: it could not be looked at, the text says why. */
export const LINT_SEVERITIES = ['error', 'warning', 'note', 'skipped', 'pass'] as const
export type LintSeverity = (typeof LINT_SEVERITIES)[number]

/** One answer of one rule. */
export const lintFindingSchema = z.object({
  /** Stable name of the rule: `vhd.checksum`. */
  check: z.string(),
  severity: z.enum(LINT_SEVERITIES),
  text: z.string(),
})
export type LintFinding = z.infer<typeof lintFindingSchema>

/** What a file should be; what is not given is not asked for. A preset says format, subformat, container and platform at once. */
export const lintExpectationSchema = z.object({
  format: diskFormatSchema.optional(),
  subformat: z.string().max(100).optional(),
  /** Null: the disk itself, without a package. */
  container: z.enum(DISK_CONTAINERS).nullable().optional(),
  artifact: z.enum(ARTIFACT_IDS).optional(),
  platform: z.enum(PLATFORM_IDS).optional(),
})
export type LintExpectation = z.infer<typeof lintExpectationSchema>

export const lintReportSchema = z.object({
  /** What the file is by its own bytes: `VHD, fixed`, `OVA`. */
  kind: z.string(),
  fileBytes: z.number(),
  /** Bytes the guest sees; null where the file does not say. */
  virtualBytes: z.number().nullable(),
  /** The gravest first. */
  findings: z.array(lintFindingSchema),
  counts: z.object({ error: z.number(), warning: z.number(), note: z.number(), skipped: z.number(), pass: z.number() }),
})
export type LintReport = z.infer<typeof lintReportSchema>

/** Collects what the rules say, in the order in which they are asked. */
export class Findings {
  readonly list: LintFinding[] = []

  add(check: string, severity: LintSeverity, text: string): void {
    this.list.push({ check, severity, text })
  }

  /** One rule: passes with `well`, else is told with `wrong`. Returns whether it holds. */
  expect(check: string, holds: boolean, well: string, wrong: string, severity: 'error' | 'warning' | 'note' = 'error'): boolean {
    this.add(check, holds ? 'pass' : severity, holds ? well : wrong)
    return holds
  }
}

export function lintReport(facts: Pick<LintReport, 'kind' | 'fileBytes' | 'virtualBytes'>, findings: readonly LintFinding[]): LintReport {
  const counts = { error: 0, warning: 0, note: 0, skipped: 0, pass: 0 }
  for (const { severity } of findings) counts[severity] += 1
  const rank = (finding: LintFinding): number => LINT_SEVERITIES.indexOf(finding.severity)
  return { ...facts, findings: findings.toSorted((a, b) => rank(a) - rank(b)), counts }
}
