import path from 'node:path'
import { ACCESS_OPTIONS, accessOf } from '../access-options.js'
import { type Command, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'

const WAYS = ['auto', 'stream', 'podman'] as const

/** Which image of an index. */
export const PLATFORM_OPTIONS: OptionTable = {
  arch: {
    type: 'string',
    value: 'ARCH',
    help: 'Architecture as Go calls it, also with a variant: amd64, arm64, arm/v7 (default: of this machine, or the only one)',
  },
}

/** What `--arch` says; undefined without it. */
export function platformOf(input: CommandInput): { architecture: string; variant?: string } | undefined {
  const text = input.text('arch')
  if (text === undefined) return undefined
  const [architecture = '', variant, ...more] = text.split('/')
  if (architecture === '' || variant === '' || more.length > 0) throw new UsageError(`--arch wants ARCH or ARCH/VARIANT, not ${text}`)
  return { architecture, ...(variant === undefined ? {} : { variant }) }
}

export const extractCommand: Command = {
  name: 'extract',
  summary: 'Take a disk, or any file or folder, out of a container image',
  positionals: 'REF',
  needs: '-o OUT',
  counts: { min: 1, max: 1 },
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The file to make; a folder where PATH is one' },
    path: { type: 'string', value: 'PATH', help: 'Path in the image, such as /disk/boot.qcow2 (default: the only disk in it)' },
    ...PLATFORM_OPTIONS,
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
    const via = WAYS.find((way) => way === (input.text('via') ?? 'auto'))
    if (via === undefined) throw new UsageError(`--via is one of ${WAYS.join(', ')}`)
    const inside = input.text('path')
    if (inside === '') throw new UsageError('--path needs a value')
    const platform = platformOf(input)
    const reference = await meantReference(input.positionals[0] ?? '', context.core.containers.resolve)
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

/** The one reference that a text means. Throws `UsageError` where a short name means several. */
export async function meantReference(text: string, resolve: (text: string) => Promise<{ references: string[] }>): Promise<string> {
  const { references } = await resolve(text)
  const [first, ...others] = references
  if (first === undefined) throw new UsageError(`${text} is no image that this machine knows a registry for`)
  if (others.length > 0) throw new UsageError(`${text} may be any of ${references.join(', ')}: say which one`)
  return first
}
