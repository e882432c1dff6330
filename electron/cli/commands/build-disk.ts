import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { BuildDiskAbility } from '#shared/containers/container-requests'
import { parseDiskSize } from '#shared/text/parse-size'
import { ACCESS_OPTIONS, accessOf } from '../access-options.js'
import { choiceOf } from '../choice.js'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'
import { meantReference } from '../meant-reference.js'
import { outputFile } from '../output-file.js'
import { targetOfName } from '../target-format.js'

const FILESYSTEMS = ['xfs', 'ext4', 'btrfs'] as const
const WAYS = ['auto', 'bootc', 'bootc-image-builder'] as const

export const buildDiskCommand: Command = {
  name: 'build-disk',
  summary: 'Make a bootable disk of a bootable container, by bootc or bootc-image-builder; as root, with podman',
  positionals: 'REF',
  needs: '-o OUT',
  counts: { min: 1, max: 1 },
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The disk to make; its ending says the format' },
    size: { type: 'string', value: 'SIZE', help: 'Size of the disk: 20G … (default: what the image needs, and 10G at least)' },
    filesystem: { type: 'string', value: FILESYSTEMS.join('|'), help: 'Root file system (default: what the image asks for)' },
    'kernel-arg': { type: 'string', multiple: true, value: 'ARG', help: 'Kernel argument of the installed system' },
    via: { type: 'string', value: WAYS.join('|'), help: 'What makes the disk (default: bootc, where the image has it)' },
    check: { type: 'boolean', help: 'Only say whether this machine can do it, what is missing, and what would run' },
    ...ACCESS_OPTIONS,
    replace: { type: 'boolean', help: 'Replace OUT if it exists' },
  },
  examples: [
    'diskwright build-disk registry.example/os:1 -o os.qcow2 --size 20G --kernel-arg console=ttyS0',
    'diskwright build-disk containers-storage:localhost/os:1 --check',
  ],
  async run(input, context) {
    const { core, print } = context
    const reference = await meantReference(input.positionals[0] ?? '', core)
    if (input.flag('check')) {
      const ability = await core.containers.buildDiskAbility(reference, {
        access: accessOf(input),
        signal: context.signal,
      })
      print.result(ability)
      for (const line of describeAbility(ability)) print.line(line)
      if (ability.isToolMissing === true) return EXIT.toolMissing
      return ability.via === null ? EXIT.failed : EXIT.ok
    }
    const { job, output } = await followJob(context, { kind: 'build-disk', input: requestOf(input, reference) })
    print.result(job)
    for (const line of outputLines(output)) print.line(line)
    return EXIT.ok
  },
}

export function requestOf(input: CommandInput, reference: string): JobInputDraft<'build-disk'> {
  const output = input.text('output')
  if (output === undefined) throw new UsageError('say what to make: -o OUT')
  const target = targetOfName(output)
  if (!target) throw new UsageError(`the ending of ${output} names no format: raw, qcow2, vmdk, vdi, vhd, vhdx`)
  const size = input.text('size')
  const sizeBytes = size === undefined ? undefined : parseDiskSize(size)
  if (size !== undefined && sizeBytes === undefined) throw new UsageError(`--size wants a size such as 20G, not ${size}`)
  const rootFilesystem = choiceOf(input, 'filesystem', FILESYSTEMS)
  const via = choiceOf(input, 'via', WAYS)
  return {
    reference,
    output: outputFile(output),
    format: target.format,
    replace: input.flag('replace'),
    kernelArgs: [...input.texts('kernel-arg')],
    access: accessOf(input),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(rootFilesystem === undefined ? {} : { rootFilesystem }),
    ...(via === undefined ? {} : { via }),
  }
}

function describeAbility({ via, problems, commands }: BuildDiskAbility): string[] {
  return [
    via === null ? 'This machine cannot do it:' : `This machine can do it, by ${via}.`,
    ...problems.map((problem) => `  ${problem}`),
    ...(commands.length === 0 ? [] : ['', 'What it runs:', ...commands.map((command) => `  ${command}`)]),
  ]
}
