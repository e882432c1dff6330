import path from 'node:path'
import { type AppErrorData, toAppError } from '#shared/errors/app-error'
import type { SourceReport } from '#shared/jobs/convert-request'
import { formatBytes } from '#shared/text/bytes'
import type { Command } from '../command.js'
import { EXIT, exitCodeFor, type ExitCode } from '../exit-codes.js'
import { table } from '../print.js'

export const sourcesCommand: Command = {
  name: 'sources',
  summary: 'What can be converted from files: images, packed images, disks in archives, OVA and OVF',
  positionals: 'PATH…',
  counts: { min: 1, max: 1000 },
  options: { check: { type: 'boolean', help: 'Check the manifest of an OVA or OVF of any size' } },
  examples: ['diskwright sources appliance.ova', 'diskwright sources --json disk.raw.xz images.tar'],
  async run({ positionals, flag }, { core, print, signal }) {
    const reports: (SourceReport | { path: string; error: AppErrorData })[] = []
    let code: ExitCode = EXIT.ok
    for (const file of positionals) {
      const source = path.resolve(file)
      try {
        const report = await core.probeSource(source, signal, { checkManifest: flag('check') })
        reports.push(report)
        if (reports.length > 1) print.line()
        for (const line of describeSource(report)) print.line(line)
        if (report.manifest?.state === 'differs') code = EXIT.failed
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.code === 'cancelled') throw error
        reports.push({ path: source, error: error.data })
        code = exitCodeFor(error.code)
        if (print.json) continue
        print.error(error.data)
        print.note(`  File: ${source}`)
      }
    }
    print.result(reports)
    return code
  },
}

const MANIFEST_WORDS = {
  matches: 'Manifest matches',
  differs: 'Manifest DIFFERS',
  unsupported: 'Manifest cannot be checked',
  unchecked: 'Manifest not checked yet',
} as const

/** A source in lines for people. */
export function describeSource(report: SourceReport): string[] {
  const disks = report.disks.map(({ member, label, virtualBytes, packedBytes }) => [
    member ?? '-',
    label ?? 'only unpacking tells',
    virtualBytes === null ? '-' : formatBytes(virtualBytes),
    packedBytes === null ? '-' : formatBytes(packedBytes),
  ])
  const snapshots = report.snapshots.map(({ id, name, createdAt, stateBytes }) => [
    id,
    name,
    createdAt,
    stateBytes === 0 ? '-' : formatBytes(stateBytes),
  ])
  return [
    `${report.path}: ${report.label}, ${formatBytes(report.fileBytes)}`,
    ...indent(
      disks.length === 0 ? ['No disk image is seen in it'] : table([['Disk', 'What', 'Virtual size', 'In the file'], ...disks], [2, 3]),
    ),
    ...indent(snapshots.length === 0 ? [] : table([['Snapshot', 'Name', 'Made', 'Memory'], ...snapshots], [3])),
    ...(report.manifest === null ? [] : [`  ${MANIFEST_WORDS[report.manifest.state]}: ${report.manifest.detail}`]),
    ...report.notes.map(
      ({ severity, text }) => `  ${severity === 'note' ? 'Note' : severity === 'warning' ? 'Warning' : 'Error'}: ${text}`,
    ),
  ]
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
