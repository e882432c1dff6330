import path from 'node:path'
import { type Command, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'
import { outputFile } from '../output-file.js'

export const unpackCommand: Command = {
  name: 'unpack',
  summary: 'Unpack a disk image that is compressed (gzip, xz, Zstandard, bzip2) or in a tar, OVA or OVF; zeros become holes',
  positionals: 'FILE',
  needs: '-o OUT',
  counts: { min: 1, max: 1 },
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The file to make' },
    member: { type: 'string', value: 'NAME', help: 'Which disk of an archive, as `sources` lists it (default: the only one)' },
    'ignore-manifest': { type: 'boolean', help: 'Unpack although the manifest of an OVA says that it was changed' },
    replace: { type: 'boolean', help: 'Replace OUT if it exists' },
  },
  examples: ['diskwright unpack disk.raw.xz -o disk.raw', 'diskwright unpack appliance.ova --member appliance-disk2.vmdk -o data.vmdk'],
  async run(input, context) {
    const output = input.text('output')
    if (output === undefined) throw new UsageError('say what to make: -o OUT')
    const member = input.text('member')
    const { job, output: made } = await followJob(context, {
      kind: 'unpack-image',
      input: {
        source: path.resolve(input.positionals[0] ?? ''),
        output: outputFile(output),
        replace: input.flag('replace'),
        ignoreManifest: input.flag('ignore-manifest'),
        ...(member === undefined ? {} : { member }),
      },
    })
    context.print.result(job)
    for (const line of outputLines(made)) context.print.line(line)
    return EXIT.ok
  },
}
