import type { Edit } from '#shared/edits/edit'
import type { Finding, HealthReport } from '#shared/health/finding'
import type { PlatformId } from '#shared/platforms/platform'
import { replacedRetarget } from '../platforms/stage-retarget.js'

/** A finding whose fix was staged here, and its place in the list then. */
export interface StagedFix {
  readonly finding: Finding
  readonly platform: PlatformId | null
  readonly at: number
}

export interface HealthRow {
  readonly finding: Finding
  /** `fixed`: its fix is staged and it is no longer found. `staged`: its fix is staged, and it is (or may be) found still. */
  readonly state: 'open' | 'staged' | 'fixed'
}

function sameEdit(one: Edit, other: Edit): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Whether every edit of a fix is among the staged ones. */
export function isStaged(fix: readonly Edit[], edits: readonly Edit[]): boolean {
  return fix.length > 0 && fix.every((edit) => edits.some((other) => sameEdit(edit, other)))
}

/** The staged edits with those of fixes behind them; what several fixes share is staged once, and a retarget takes the place of another. */
export function withFixes(edits: readonly Edit[], findings: readonly Finding[]): Edit[] {
  return findings
    .flatMap((finding) => finding.fix)
    .reduce<Edit[]>(
      (all, edit) => {
        if (all.some((other) => sameEdit(edit, other))) return all
        return edit.kind === 'retarget' ? replacedRetarget(all, edit) : [...all, edit]
      },
      [...edits],
    )
}

/** The staged edits without those of a fix. */
export function withoutFix(edits: readonly Edit[], fix: readonly Edit[]): Edit[] {
  return edits.filter((edit) => !fix.some((other) => sameEdit(edit, other)))
}

/**
 * What to show: the report's findings, and those that a staged fix took out of it, each where it stood when it was fixed. So nothing
 * moves away under the pointer, and what was done can be undone in its place.
 */
export function healthRows(report: HealthReport, fixes: readonly StagedFix[], edits: readonly Edit[]): HealthRow[] {
  const rows = report.findings.map((finding): HealthRow => ({ finding, state: isStaged(finding.fix, edits) ? 'staged' : 'open' }))
  // A check that passes now can have the id that its finding had
  const found = new Set(report.findings.filter(({ severity }) => severity !== 'pass').map(({ id }) => id))
  const gone = fixes.filter(
    ({ finding, platform }) =>
      !found.has(finding.id) && isStaged(finding.fix, edits) && (!finding.platformSpecific || platform === report.platform),
  )
  for (const { finding, at } of gone.toSorted((one, other) => one.at - other.at)) rows.splice(at, 0, { finding, state: 'fixed' })
  return rows
}

/** Rows whose fix is offered still. */
export function fixable(rows: readonly HealthRow[]): readonly HealthRow[] {
  return rows.filter(({ finding, state }) => state === 'open' && finding.fix.length > 0)
}

/** How many fixes that are: several findings can have the same one. */
export function fixCount(rows: readonly HealthRow[]): number {
  return new Set(fixable(rows).map(({ finding }) => JSON.stringify(finding.fix))).size
}

/** Errors and warnings, which is what a badge counts. */
export function problemCount(report: HealthReport): number {
  return report.counts.error + report.counts.warning
}
