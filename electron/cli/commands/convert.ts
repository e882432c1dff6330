import path from 'node:path'
import type { OutputPlan } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { type Command, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'
import { parseTarget, targetOfName } from '../target-format.js'

export const convertCommand: Command = {
  name: 'convert',
  summary: 'Convert an image; the result is compared with the source before it gets its name',
  positionals: 'IMAGE',
  needs: '-o OUT',
  counts: { min: 1, max: 1 },
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The file to make' },
    to: { type: 'string', value: 'FORMAT[:SUB]', help: 'raw, qcow2, vmdk, vdi, vhd, vhdx (default: by the ending of OUT)' },
    option: { type: 'string', multiple: true, value: 'K=V', help: 'Further option of qemu-img -o' },
    'no-verify': { type: 'boolean', help: 'Do not compare the result with the source' },
    replace: { type: 'boolean', help: 'Replace OUT if it exists' },
    'dry-run': { type: 'boolean', help: 'Show the command, the space needed and warnings; write nothing' },
  },
  examples: [
    'diskwright convert disk.qcow2 -o disk.vmdk --to vmdk:streamOptimized',
    'diskwright convert disk.raw -o disk.qcow2 --option cluster_size=2M',
    'diskwright convert disk.qcow2 -o disk.vhd --to vhd:fixed --dry-run',
  ],
  async run(input, context) {
    const { core, print } = context
    const output = input.text('output')
    if (output === undefined) throw new UsageError('say what to make: -o OUT')
    const to = input.text('to')
    const target = to === undefined ? targetOfName(output) : parseTarget(to)
    if (!target) throw new UsageError(`the ending of ${output} names no format: give --to`)
    const options = [...input.texts('option')]
    const odd = options.find((option) => !/^[a-z0-9_-]+=/i.test(option))
    if (odd !== undefined) throw new UsageError(`--option wants KEY=VALUE, not ${odd}`)

    const request = {
      source: path.resolve(input.positionals[0] ?? ''),
      output: path.resolve(output),
      options,
      verify: !input.flag('no-verify'),
      replace: input.flag('replace'),
      ...target,
    }
    if (input.flag('dry-run')) {
      const plan = await core.planConvert(request)
      print.result(plan)
      for (const line of describePlan(plan)) print.line(line)
      return EXIT.ok
    }
    const { job, output: made } = await followJob(context, { kind: 'convert-image', input: request })
    print.result(job)
    for (const line of outputLines(made)) print.line(line)
    return EXIT.ok
  },
}

function describePlan(plan: OutputPlan): string[] {
  return [
    ...plan.commands,
    `Expected size ${formatBytes(plan.estimateBytes)}; needs at most ${formatBytes(plan.neededBytes)}, free are ${formatBytes(plan.freeBytes)}`,
    ...plan.warnings.map((warning) => `Warning: ${warning}`),
    ...(plan.exists ? ['Warning: the output exists already'] : []),
    ...(plan.fits ? [] : ['Warning: there is not enough free space']),
  ]
}
