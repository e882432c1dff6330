import path from 'node:path'
import type { Finding, FindingSeverity } from '#shared/health/finding'
import { platform as platformRow } from '#shared/platforms/platforms'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { counted } from '../print.js'
import { platformOf } from './retarget.js'

const MARKS: Readonly<Record<FindingSeverity, string>> = { error: 'error', warning: 'warning', info: 'info', pass: 'ok' }

export const healthCommand: Command = {
  name: 'health',
  summary: 'Will it boot, there or at all, and is it fit to be given away?',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {
    platform: { type: 'string', value: 'P', help: "Also ask what platform P wants ('diskwright platforms' lists them)" },
    quick: { type: 'boolean', help: 'Do not look into the initial RAM disk' },
    all: { type: 'boolean', help: 'Also show what is well' },
  },
  examples: [
    'diskwright health disk.qcow2',
    'diskwright health disk.qcow2 --platform vmware',
    'diskwright health disk.qcow2 --platform azure --json',
  ],
  async run(input, { core, print, signal }) {
    const wanted = platformOf(input.text('platform'))
    const report = await core.checkHealth(path.resolve(input.positionals[0] ?? ''), {
      platform: wanted?.id ?? null,
      initramfs: !input.flag('quick'),
      signal,
    })
    print.result(report)
    const shown = report.findings.filter(({ severity }) => severity !== 'pass' || input.flag('all'))
    for (const finding of shown) for (const line of findingLines(finding)) print.line(line)
    const { error, warning, info, pass } = report.counts
    const where = report.platform === null ? '' : ` for ${platformRow(report.platform).name}`
    print.line(
      `${counted(error, 'error')}, ${counted(warning, 'warning')}, ${counted(info, 'note')}, ${counted(pass, 'check')} passed${where}`,
    )
    return error > 0 ? EXIT.failed : EXIT.ok
  },
}

function findingLines({ severity, title, text, evidence, fixLabel, check }: Finding): string[] {
  return [
    `${MARKS[severity].padEnd(8)}${title} [${check}]`,
    `        ${text}`,
    ...evidence.map((line) => `        - ${line}`),
    ...(fixLabel === null ? [] : [`        Fix: ${fixLabel}`]),
  ]
}
