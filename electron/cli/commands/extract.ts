import path from 'node:path'
import { ACCESS_OPTIONS, accessOf } from '../access-options.js'
import { choiceOf } from '../choice.js'
import { type Command, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'
import { IMAGE_PLATFORM_OPTIONS, imagePlatformOf } from '../image-platform.js'
import { meantReference } from '../meant-reference.js'

const WAYS = ['auto', 'stream', 'podman'] as const

export const extractCommand: Command = {
  name: 'extract',
  summary: 'Take a disk, or any file or folder, out of a container image',
  positionals: 'REF',
  needs: '-o OUT',
  counts: { min: 1, max: 1 },
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The file to make; a folder where PATH is one' },
    path: { type: 'string', value: 'PATH', help: 'Path in the image, such as /disk/boot.qcow2 (default: the only disk in it)' },
    ...IMAGE_PLATFORM_OPTIONS,
    via: { type: 'string', value: WAYS.join('|'), help: 'stream: by ourselves; podman: pull, create, cp, rm (default: auto)' },
    'no-unpack': { type: 'boolean', help: 'Leave a disk compressed that is compressed in the image' },
    replace: { type: 'boolean', help: 'Replace OUT if it is a file that exists' },
    ...ACCESS_OPTIONS,
  },
  examples: [
    'diskwright extract registry.example/os/boot:1.2 -o boot.qcow2',
    'diskwright extract registry.example/os/boot:1.2 --path /disk/boot.qcow2 --arch arm64 -o boot.qcow2',
    'diskwright extract oci-archive:image.tar --path /etc -o ./etc-of-image',
  ],
  async run(input, context) {
    const output = input.text('output')
    if (output === undefined) throw new UsageError('say what to make: -o OUT')
    const via = choiceOf(input, 'via', WAYS) ?? 'auto'
    const inside = input.text('path')
    if (inside === '') throw new UsageError('--path needs a value')
    const platform = imagePlatformOf(input)
    const reference = await meantReference(input.positionals[0] ?? '', context.core)
    const { job, output: made } = await followJob(context, {
      kind: 'extract-container',
      input: {
        reference,
        output: path.resolve(output),
        replace: input.flag('replace'),
        unpack: !input.flag('no-unpack'),
        via,
        access: accessOf(input),
        ...(platform === undefined ? {} : { platform }),
        ...(inside === undefined ? {} : { path: inside }),
      },
    })
    context.print.result(job)
    for (const line of outputLines(made)) context.print.line(line)
    return EXIT.ok
  },
}
