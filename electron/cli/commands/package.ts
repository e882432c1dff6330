import path from 'node:path'
import { CONTAINER_LAYOUTS } from '#shared/containers/container-requests'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { accessOf, ACCESS_OPTIONS } from '../access-options.js'
import { choiceOf } from '../choice.js'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { containerLines } from '../container-lines.js'
import { followJob } from '../follow-job.js'
import { askPassphrase, SIGN_OPTIONS, signatureOf } from '../sign-options.js'

const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const

export const packageCommand: Command = {
  name: 'package',
  summary: 'Make a container image of a disk, for a registry, an archive, a folder or podman; the bytes of the disk go in as they are',
  positionals: 'IMAGE',
  needs: '--to REF',
  counts: { min: 1, max: 1 },
  options: {
    to: {
      type: 'string',
      value: 'REF',
      help: 'registry.example/name:tag, oci-archive:FILE, oci:DIR, dir:DIR, docker-archive:FILE, containers-storage:NAME',
    },
    as: { type: 'string', value: 'LAYOUT', help: `${CONTAINER_LAYOUTS.join(', ')} (default: boot-container)` },
    path: { type: 'string', value: 'PATH', help: 'Name of the disk in the image (default: /disk/boot.qcow2, or its own)' },
    arch: { type: 'string', value: 'ARCH', help: 'Architecture as Go calls it: amd64, arm64 … (default: that of the disk)' },
    'add-to-index': { type: 'boolean', help: 'Add it to the index that is there, in place of an image of the same platform' },
    label: { type: 'string', multiple: true, value: 'K=V', help: 'Label of the image' },
    annotation: { type: 'string', multiple: true, value: 'K=V', help: 'Annotation of the manifest' },
    compress: { type: 'string', value: 'C', help: `Compress the layer: ${COMPRESSIONS.join(', ')} (default: none)` },
    revision: { type: 'string', value: 'R', help: 'Stop when the disk is another one than `inspect --json` saw' },
    replace: { type: 'boolean', help: 'Replace an archive or folder that is there' },
    'dry-run': { type: 'boolean', help: 'Show what would be done; write and send nothing' },
    ...SIGN_OPTIONS,
    ...ACCESS_OPTIONS,
  },
  examples: [
    'diskwright package boot.qcow2 --to registry.example/team/boot:1.30 --as boot-container',
    'diskwright package disk.qcow2 --to registry.example/vms/web:v2 --as containerdisk --arch arm64 --add-to-index',
    'diskwright package disk.raw --to oci-archive:disk.tar:web --as artifact',
  ],
  async run(input, context) {
    const { core, print } = context
    const request = requestOf(input)
    if (input.flag('dry-run')) {
      const plan = await core.containers.planPackage(request)
      print.result(plan)
      for (const line of [
        ...(plan.steps ?? []),
        `Layer: ${formatBytes(plan.estimateBytes)}`,
        ...plan.warnings.map((text) => `Warning: ${text}`),
      ])
        print.line(line)
      for (const line of ['About the same by hand:', ...plan.commands.map((command) => `  ${command}`)]) print.line(line)
      return EXIT.ok
    }
    await askPassphrase(request.sign, context)
    const { job, output } = await followJob(context, { kind: 'package-container', input: request })
    print.result(job)
    for (const line of containerLines(output)) print.line(line)
    return EXIT.ok
  },
}

function requestOf(input: CommandInput): JobInputDraft<'package-container'> {
  const destination = input.text('to')
  if (destination === undefined) throw new UsageError('say where it goes: --to REF')
  const layout = choiceOf(input, 'as', CONTAINER_LAYOUTS) ?? 'boot-container'
  const compression = choiceOf(input, 'compress', COMPRESSIONS) ?? 'none'
  const [inner, architecture, revision, sign] = [input.text('path'), input.text('arch'), input.text('revision'), signatureOf(input)]
  return {
    source: path.resolve(input.positionals[0] ?? ''),
    layout,
    destination,
    compression,
    replace: input.flag('replace'),
    addToIndex: input.flag('add-to-index'),
    labels: pairs(input, 'label'),
    annotations: pairs(input, 'annotation'),
    access: accessOf(input),
    ...(inner === undefined ? {} : { path: inner }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(revision === undefined ? {} : { revision }),
    ...(sign === undefined ? {} : { sign }),
  }
}

function pairs(input: CommandInput, name: string): Record<string, string> {
  const entries = input.texts(name).map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new UsageError(`--${name} is KEY=VALUE, not ${text}`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return Object.fromEntries(entries)
}
