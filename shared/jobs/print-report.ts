import { FORMATS, imageFormat } from '../images/formats.js'
import type { LintFinding } from '../lint/finding.js'
import { formatBytes, formatDuration, formatExactBytes } from '../text/bytes.js'
import { escapeInvisible, showControl } from '../text/visible.js'
import type { ArtifactReport } from './artifact-report.js'

const MARKS = { error: 'ERROR', warning: 'warning', note: 'note', skipped: 'not checked', pass: 'ok' } as const

/** As JSON, which says the same with characters that cannot be seen escaped. */
export function printReportJson(report: ArtifactReport): string {
  return `${escapeInvisible(JSON.stringify(report, null, 2))}\n`
}

/** As text for people, from the same data. Nothing that came from outside can move a cursor or begin a line of its own. */
export function printReportText(report: ArtifactReport): string {
  const { source, result } = report
  const sections: [title: string, lines: string[]][] = [
    [
      'Result',
      rows([
        ['File', result.name],
        ['For', [report.artifact?.name, report.platform?.name].filter((name) => name !== undefined).join(', ')],
        [
          'Format',
          [`${FORMATS[result.format].label}, ${result.subformat}`, result.container].filter((part) => part !== null).join(', packed as '),
        ],
        ['Virtual size', size(result.virtualBytes)],
        ['File size', size(result.fileBytes)],
        ['SHA-256', result.digests.sha256 ?? ''],
        ['SHA-512', result.digests.sha512 ?? ''],
      ]),
    ],
    [
      'Source',
      rows([
        ['File', source.path],
        ['Disk in it', source.member ?? ''],
        ['Snapshot', source.snapshot ?? ''],
        ['Format', [imageFormat(source.format).label, source.variant].filter((part) => part !== '').join(', ')],
        ['System', source.system ?? ''],
        ['Virtual size', size(source.virtualBytes)],
        ['File size', size(source.fileBytes)],
        ['SHA-256', source.sha256 ?? ''],
        ['Revision', source.revision],
      ]),
    ],
    ['Edits', report.edits.map((edit, index) => `${index + 1}. ${edit}`)],
    ['Proof', report.proofs],
    [
      report.lint === null ? 'Rules of the format and the platform' : `Rules: ${report.lint.kind}`,
      (report.lint?.findings ?? []).map(findingLine),
    ],
    ['Notes', report.notes],
    ['Tools', rows([['Diskwright', report.diskwright], ...Object.entries(report.tools)])],
    ['Commands', report.commands.map(commandLine)],
  ]
  const shown = sections.filter(([, lines]) => lines.length > 0)
  const body = shown.flatMap(([title, lines]) => ['', showControl(title), ...lines.map((line) => `  ${showControl(line)}`)])
  return `${[`Diskwright report of ${showControl(result.name)}`, report.createdAt, ...body].join('\n')}\n`
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.filter(([, value]) => value !== '').map(([name, value]) => `${name.padEnd(14)}${name.length < 14 ? '' : ' '}${value}`)
}

function size(bytes: number): string {
  return bytes < 1024 ? formatBytes(bytes) : `${formatBytes(bytes)} (${formatExactBytes(bytes)})`
}

function findingLine({ check, severity, text }: LintFinding): string {
  return `${MARKS[severity].padEnd(12)}${text} [${check}]`
}

function commandLine({ line, seconds, exitCode, signal }: ArtifactReport['commands'][number]): string {
  const end = signal === null ? (exitCode === null ? 'did not end' : `exit ${exitCode}`) : `ended by ${signal}`
  return `${line}   # ${end}${seconds === null ? '' : `, ${formatDuration(seconds)}`}`
}
