import path from 'node:path'
import type { ContainerEntry, DiskCandidate } from '#shared/containers/container-report'
import { formatBytes } from '#shared/text/bytes'
import { ACCESS_OPTIONS, accessOf } from '../access-options.js'
import type { Command, CommandContext, CommandInput } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { IMAGE_PLATFORM_OPTIONS, imagePlatformOf } from '../image-platform.js'
import { meantReference } from '../meant-reference.js'
import { table } from '../print.js'

const MARKS = { file: '-', folder: 'd', symlink: 'l', other: '?' } as const

const disksCommand: Command = {
  name: 'containers disks',
  summary: 'Find the disks in a container image, by their content',
  positionals: 'REF',
  counts: { min: 1, max: 1 },
  options: { ...IMAGE_PLATFORM_OPTIONS, ...ACCESS_OPTIONS },
  examples: ['diskwright containers disks registry.example/os/boot:1.2', 'diskwright containers disks --json oci-archive:image.tar'],
  async run(input, context) {
    const index = await withIndex(input, context, async (id) => context.core.containers.waitForIndex(id))
    const { candidates, entries, notes, digest } = index
    context.print.result({ reference: index.reference, digest, entries, candidates, notes })
    for (const line of table(candidates.map(diskLine), [1])) context.print.line(line)
    for (const { path: at, reason } of candidates) context.print.line(`  ${at}: ${reason}`)
    if (candidates.length === 0) context.print.note(`No disk was found among ${entries} files and folders.`)
    for (const note of notes) context.print.note(note)
    return EXIT.ok
  },
}

const listCommand: Command = {
  name: 'containers ls',
  summary: 'List a folder of a container image, without unpacking it',
  positionals: 'REF [FOLDER]',
  counts: { min: 1, max: 2 },
  options: { ...IMAGE_PLATFORM_OPTIONS, ...ACCESS_OPTIONS },
  examples: ['diskwright containers ls registry.example/os/boot:1.2 /disk'],
  async run(input, context) {
    const { containers } = context.core
    const entries = await withIndex(input, context, async (id) => {
      await containers.waitForIndex(id)
      return containers.list(id, input.positionals[1] ?? '/')
    })
    context.print.result(entries)
    for (const line of table(entries.map(entryLine), [2])) context.print.line(line)
    return EXIT.ok
  },
}

const newerCommand: Command = {
  name: 'containers newer',
  summary:
    'Tell whether the image that a file was taken from is another one by now; ends with 0 when it is the same, with 1 when it is not',
  positionals: 'FILE',
  counts: { min: 1, max: 1 },
  options: ACCESS_OPTIONS,
  examples: ['diskwright containers newer boot.qcow2'],
  async run(input, { core, print, signal }) {
    const report = await core.containers.checkNewer(path.resolve(input.positionals[0] ?? ''), { access: accessOf(input), signal })
    print.result(report)
    const { state, digest, createdAt, origin } = report
    print.line(`${origin.path} of ${origin.reference}, taken ${origin.takenAt}`)
    if (state === 'same') print.line('It is the newest.')
    if (state === 'gone') print.line('The reference leads nowhere any more.')
    if (state === 'newer') print.line(`There is a newer one: ${digest ?? ''}${createdAt === null ? '' : `, made ${createdAt}`}`)
    return state === 'same' ? EXIT.ok : EXIT.failed
  },
}

export const containerIndexCommands: readonly Command[] = [disksCommand, listCommand, newerCommand]

/** Looks into an image; Ctrl-C ends it. */
async function withIndex<T>(input: CommandInput, { core, print, signal }: CommandContext, work: (id: string) => Promise<T>): Promise<T> {
  const { containers } = core
  const reference = await meantReference(input.positionals[0] ?? '', core)
  const platform = imagePlatformOf(input)
  const { id } = containers.openIndex({ reference, access: accessOf(input), ...(platform === undefined ? {} : { platform }) })
  const stop = containers.onIndex((index) => index.id === id && print.event('containers.indexed', { index }))
  const close = (): void => containers.closeIndex(id)
  const closed = work(id)
  signal.addEventListener('abort', close, { once: true })
  try {
    return await closed
  } finally {
    signal.removeEventListener('abort', close)
    stop()
    close()
  }
}

function diskLine({ path: at, bytes, label, virtualBytes, needs }: DiskCandidate): string[] {
  return [
    at,
    formatBytes(bytes),
    label,
    virtualBytes === null ? '' : `a disk of ${formatBytes(virtualBytes)}`,
    needs.length === 0 ? '' : `needs ${needs.join(', ')}`,
  ]
}

function entryLine({ kind, mode, uid, gid, bytes, name, link }: ContainerEntry): string[] {
  const size = kind === 'file' ? formatBytes(bytes) : ''
  return [`${MARKS[kind]}${mode.toString(8).padStart(4, '0')}`, `${uid}:${gid}`, size, name + (link === null ? '' : ` -> ${link}`)]
}
