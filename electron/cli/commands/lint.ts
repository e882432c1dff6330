import path from 'node:path'
import type { LintExpectation, LintFinding, LintSeverity } from '#shared/lint/finding'
import { ARTIFACT_IDS, type ArtifactId } from '#shared/platforms/artifact-ids'
import { formatBytes } from '#shared/text/bytes'
import { closest } from '#shared/text/closest'
import { type Command, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { counted } from '../print.js'
import { platformOf } from './retarget.js'

const MARKS: Readonly<Record<LintSeverity, string>> = { error: 'error', warning: 'warning', note: 'note', skipped: 'skipped', pass: 'ok' }

export const lintCommand: Command = {
  name: 'lint',
  summary: 'Does a finished file keep the rules of its format, and those of the platform it is for?',
  positionals: 'FILE',
  counts: { min: 1, max: 1 },
  options: {
    artifact: { type: 'string', value: 'ID', help: `What it should be: ${ARTIFACT_IDS.slice(0, 3).join(', ')} …` },
    platform: { type: 'string', value: 'P', help: "Also ask the rules of platform P ('diskwright platforms' lists them)" },
    all: { type: 'boolean', help: 'Also show what is well' },
  },
  examples: [
    'diskwright lint disk.vhd --platform azure',
    'diskwright lint machine.ova --artifact vmware-ova',
    'diskwright lint disk.vmdk --all --json',
  ],
  async run(input, { core, print, signal }) {
    const artifact = artifactOf(input.text('artifact'))
    const platform = platformOf(input.text('platform'))?.id
    const expectation: LintExpectation = { ...(artifact ? { artifact } : {}), ...(platform ? { platform } : {}) }
    const report = await core.lintArtifact(path.resolve(input.positionals[0] ?? ''), expectation, signal)
    print.result(report)
    const shown = report.findings.filter(({ severity }) => severity !== 'pass' || input.flag('all'))
    for (const finding of shown) print.line(findingLine(finding))
    const { error, warning, note, skipped, pass } = report.counts
    const size = report.virtualBytes === null ? '' : `, virtual size ${formatBytes(report.virtualBytes)}`
    print.line(
      `${report.kind}${size}: ${counted(error, 'error')}, ${counted(warning, 'warning')}, ${counted(note, 'note')}, ${skipped} not checked, ${counted(pass, 'rule')} kept`,
    )
    return error > 0 ? EXIT.failed : EXIT.ok
  },
}

function findingLine({ check, severity, text }: LintFinding): string {
  return `${MARKS[severity].padEnd(8)}${text} [${check}]`
}

/** Throws `UsageError`. */
function artifactOf(word: string | undefined): ArtifactId | undefined {
  if (word === undefined) return undefined
  const found = ARTIFACT_IDS.find((id) => id === word.toLowerCase())
  if (found) return found
  const meant = closest(word.toLowerCase(), ARTIFACT_IDS)
  throw new UsageError(`unknown artifact ${word}; ${meant === undefined ? `one of: ${ARTIFACT_IDS.join(', ')}` : `did you mean ${meant}?`}`)
}
