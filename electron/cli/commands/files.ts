import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { discardPart, openPartFile, publish } from '#core/files/atomic-output'
import { checkOutput } from '#core/files/checks'
import { AppError } from '#shared/errors/app-error'
import { formatBytes } from '#shared/text/bytes'
import { type Command, type CommandContext, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table, visibleLines } from '../print.js'

const PARTITION: OptionTable = {
  partition: { type: 'string', short: 'p', value: 'N', help: 'Partition as numbered in the table (default: the one that has the path)' },
}

export const filesListCommand: Command = {
  name: 'files ls',
  summary: 'List a folder inside an image',
  positionals: 'IMAGE [FOLDER]',
  counts: { min: 1, max: 2 },
  options: PARTITION,
  examples: ['diskwright files ls disk.qcow2 /boot --partition 3', 'diskwright files ls --json disk.qcow2 /loader/entries'],
  async run(input, context) {
    const { core, print, signal } = context
    const [image = '', folder = '/'] = input.positionals
    const entries = await withPartitionHint(
      core.listFiles({ path: path.resolve(image), folder, ...partitionOf(input) }, signal),
      context,
      image,
    )
    print.result(entries)
    const mark = { file: '-', folder: 'd', link: 'l', other: '?' }
    for (const row of table(
      entries.map((entry) => [mark[entry.kind], entry.sizeBytes === null ? '' : formatBytes(entry.sizeBytes), entry.name]),
      [1],
    )) {
      print.line(row)
    }
    return EXIT.ok
  },
}

export const filesCatCommand: Command = {
  name: 'files cat',
  summary: 'Print a file inside an image',
  positionals: 'IMAGE PATH',
  counts: { min: 2, max: 2 },
  options: PARTITION,
  examples: ['diskwright files cat disk.qcow2 /loader/entries/a.conf', 'diskwright files cat disk.qcow2 /vmlinuz -p 2 > vmlinuz'],
  async run(input, context) {
    const { print } = context
    // Raw bytes go out as they are, however many; text for people and JSON has to fit into a string.
    const raw = !print.json && !print.stdout.isTTY
    const content = await readWhole(input, context, raw ? MAX_BYTES : undefined)
    if (raw) print.stdout.write(content)
    else if (print.json) print.result({ path: input.positionals[1], bytes: content.length, ...asJson(content) })
    // A terminal gets no control characters of a guest.
    else print.stdout.write(visibleLines(content.toString('utf8')))
    return EXIT.ok
  },
}

export const filesGetCommand: Command = {
  name: 'files get',
  summary: 'Copy a file out of an image',
  positionals: 'IMAGE PATH',
  counts: { min: 2, max: 2 },
  options: {
    ...PARTITION,
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to (default: the same name in this folder)' },
    replace: { type: 'boolean', help: 'Replace FILE if it exists' },
  },
  examples: ['diskwright files get disk.qcow2 /etc/os-release -p 3', 'diskwright files get disk.qcow2 /vmlinuz -o ./kernel --replace'],
  async run(input, context) {
    const { print } = context
    const [image = '', file = ''] = input.positionals
    const replace = input.flag('replace')
    const wanted = path.resolve(input.text('output') ?? path.posix.basename(file))
    const target = await checkOutput({ target: wanted, sources: [path.resolve(image)], replace })
    const content = await readWhole(input, context, MAX_BYTES)
    const { part } = await openPartFile(target, randomBytes(4).toString('hex'))
    try {
      await writeFile(part, content)
      await publish({ part, target, replace })
    } finally {
      await discardPart(part)
    }
    print.result({ path: target, bytes: content.length })
    print.line(`${target} (${formatBytes(content.length)})`)
    return EXIT.ok
  },
}

/** What a Buffer can hold in every supported Node; images have no larger files that one would want to look at. */
const MAX_BYTES = 2 ** 31

function readWhole(input: CommandInput, context: CommandContext, maxBytes: number | undefined): Promise<Buffer> {
  const where = { ...fileOf(input), ...(maxBytes === undefined ? {} : { maxBytes }) }
  return withPartitionHint(context.core.readFile(where, context.signal), context, input.positionals[0] ?? '')
}

function asJson(content: Buffer): { text: string } | { base64: string } {
  return isUtf8(content) ? { text: content.toString('utf8') } : { base64: content.toString('base64') }
}

/** Where a path does not tell which partition is meant, says which there are. */
async function withPartitionHint<T>(work: Promise<T>, { core, signal }: CommandContext, image: string): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'bad-input' || thrown.data.details.known === undefined) throw thrown
    const { partitions } = await core.inspect(path.resolve(image), signal)
    const known = partitions.map(({ number, filesystem }) =>
      [number, filesystem?.type, filesystem?.label].filter((word) => typeof word === 'number' || Boolean(word)).join(' '),
    )
    const { file, reason } = thrown.data.details
    throw new UsageError(
      `${file === '/' ? 'every partition has a root: name one with --partition' : reason}. There are: ${known.join(', ')}`,
    )
  }
}

function fileOf(input: CommandInput): { path: string; file: string; partition?: number } {
  const [image = '', file = ''] = input.positionals
  return { path: path.resolve(image), file, ...partitionOf(input) }
}

function partitionOf(input: CommandInput): { partition?: number } {
  const text = input.text('partition')
  if (text === undefined) return {}
  if (!/^\d{1,4}$/.test(text)) throw new UsageError(`--partition wants a number, not ${text}`)
  return { partition: Number(text) }
}
