import { FORMATS } from '#shared/images/formats'
import { artifactReportJsonSchema } from '#shared/jobs/artifact-report'
import { ARTIFACTS, type Artifact } from '#shared/platforms/artifacts'
import { platform } from '#shared/platforms/platforms'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table } from '../print.js'
import { schemaCommand } from '../schema-command.js'

export const artifactsCommand: Command = {
  name: 'artifacts',
  summary: 'Presets: what can be made for which platform',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright artifacts', 'diskwright artifacts --json'],
  async run(_input, { print }) {
    print.result(ARTIFACTS)
    const rows = ARTIFACTS.map((row) => [row.id, platform(row.platform).name, madeOf(row), row.hint])
    for (const line of table([['Preset', 'Platform', 'Made', 'For'], ...rows])) print.line(line)
    return EXIT.ok
  },
}

export const reportSchemaCommand = schemaCommand(
  'report schema',
  'JSON Schema of the reports that convert --report keeps beside its results',
  'artifact-report.schema.json',
  artifactReportJsonSchema,
)

function madeOf({ format, subformat, container }: Artifact): string {
  const disk = `${FORMATS[format].label} ${subformat}`
  return container === null ? disk : `${disk} in ${container}`
}
