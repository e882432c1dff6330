import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table } from '../print.js'

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Tools found, engines usable, what to install',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright doctor', 'diskwright doctor --json'],
  async run(_input, { core, print }) {
    const report = await core.doctor({ refresh: true })
    print.result(report)
    const state = (ok: boolean, required: boolean) => (ok ? 'ok' : required ? 'MISSING' : 'missing')
    const rows = report.tools.map((tool) => [
      state(tool.ok, tool.required),
      tool.id,
      tool.version ?? '',
      tool.problem || (tool.path ?? ''),
      tool.purpose,
    ])
    for (const row of table([['', 'Tool', 'Version', 'Path', 'For'], ...rows])) print.line(row)
    print.line()
    const engines = report.engines.map((engine) => [
      engine.chosen ? '*' : '',
      engine.id,
      engine.usable ? 'usable' : 'not usable',
      engine.reason,
    ])
    for (const row of table([['', 'Engine', '', 'Why'], ...engines])) print.line(row)
    print.line()
    print.line(`Sandbox: ${report.sandbox.usable ? 'usable' : 'not usable'}. ${ended(report.sandbox.reason)}`)
    print.line(`KVM: ${report.kvm.usable ? 'usable' : 'not usable'}. ${ended(report.kvm.reason)}`)
    if (report.installAll !== null) print.line(`To install what is missing: ${report.installAll}`)
    return report.ok ? EXIT.ok : EXIT.toolMissing
  },
}

function ended(reason: string): string {
  return reason.endsWith('.') ? reason : `${reason}.`
}
