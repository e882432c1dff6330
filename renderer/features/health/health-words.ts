import type { Finding, FindingGroup, FindingSeverity, HealthReport } from '#shared/health/finding'
import { platform as platformRow } from '#shared/platforms/platforms'
import { count } from '../../components/format.js'

export const GROUP_WORDS: Readonly<Record<FindingGroup, string>> = {
  disk: 'Disk',
  boot: 'Boot',
  arguments: 'Arguments',
  drivers: 'Drivers',
  platform: 'Platform',
  leftovers: 'Leftovers',
}

export const SEVERITY_WORDS: Readonly<Record<FindingSeverity, string>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Note',
  pass: 'Passes',
}

export interface Verdict {
  readonly tone: 'red' | 'amber' | 'green'
  /** `18 of 22 checks pass for VMware ESXi / vSphere` */
  readonly title: string
  /** `2 errors, 2 warnings, 1 note` */
  readonly counts: string
}

/** What a report says in one line. Notes are neither passes nor failures: they are told apart and not counted as checks. */
export function verdict(report: HealthReport): Verdict {
  const { error, warning, info, pass } = report.counts
  const checks = error + warning + pass
  const where = report.platform === null ? '' : ` for ${platformRow(report.platform).name}`
  const title = pass === checks && checks > 1 ? `All ${checks} checks pass${where}` : `${pass} of ${count(checks, 'check')} pass${where}`
  const counts = [
    ...(error > 0 ? [count(error, 'error')] : []),
    ...(warning > 0 ? [count(warning, 'warning')] : []),
    ...(info > 0 ? [count(info, 'note')] : []),
  ].join(', ')
  return { tone: error > 0 ? 'red' : warning > 0 ? 'amber' : 'green', title, counts }
}

/** The report for a ticket or a mail. `edits`: how many staged ones it was made with. */
export function reportText(name: string, report: HealthReport, edits: number): string {
  const { title, counts } = verdict(report)
  const head = [name, counts === '' ? title : `${title}: ${counts}`, ...(edits > 0 ? [`With ${count(edits, 'staged edit')} applied`] : [])]
  return `${[head.join('\n'), ...report.findings.map(findingText)].join('\n\n')}\n`
}

function findingText(finding: Finding): string {
  const word = finding.severity === 'pass' ? 'PASS' : SEVERITY_WORDS[finding.severity].toUpperCase()
  return [
    `${word} (${GROUP_WORDS[finding.group].toLowerCase()}): ${finding.title}`,
    `  ${finding.text}`,
    ...finding.evidence.map((line) => `  - ${line}`),
    ...(finding.fixLabel === null ? [] : [`  Fix: ${finding.fixLabel}`]),
  ].join('\n')
}
