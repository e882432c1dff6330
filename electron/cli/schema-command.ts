import type { Command } from './command.js'
import { EXIT } from './exit-codes.js'

/** Prints a published schema, the one that this version goes by. */
export function schemaCommand(name: string, summary: string, file: string, schemaOf: () => Readonly<Record<string, unknown>>): Command {
  return {
    name,
    summary,
    positionals: '',
    counts: { min: 0, max: 0 },
    options: {},
    examples: [`diskwright ${name} > ${file}`],
    async run(_input, { print }) {
      const schema = schemaOf()
      print.result(schema)
      for (const line of JSON.stringify(schema, null, 2).split('\n')) print.line(line)
      return EXIT.ok
    },
  }
}
