import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { discardPart, openPartFile, publish } from '#core/files/atomic-output'
import { checkOutput } from '#core/files/checks'
import { formatBytes } from '#shared/text/bytes'
import { type Command, type CommandInput, type OptionTable, UsageError } from '../command.js'
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
  async run(input, { core, print, signal }) {
    const [image = '', folder = '/'] = input.positionals
    const entries = await core.listFiles({ path: path.resolve(image), folder, ...partitionOf(input) }, signal)
    print.result(entries)
    const mark = { file: '-', folder: 'd', link: 'l', other: '?' }
    for (const row of table(
      entries.map((entry) => [mark[entry.kind], entry.sizeBytes === null ? '' : formatBytes(entry.sizeBytes), entry.name]),
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
  async run(input, { core, print, signal }) {
    const content = await core.readFile(fileOf(input), signal)
    const text = content.toString('utf8')
    const isText = Buffer.from(text, 'utf8').equals(content)
    print.result({ path: input.positionals[1], bytes: content.length, ...(isText ? { text } : { base64: content.toString('base64') }) })
    // A terminal gets no control characters of a guest; a file or pipe gets the bytes as they are.
    if (!print.json) print.stdout.write(print.stdout.isTTY ? visibleLines(text) : content)
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
  async run(input, { core, print, signal }) {
    const [image = '', file = ''] = input.positionals
    const replace = input.flag('replace')
    const wanted = path.resolve(input.text('output') ?? path.posix.basename(file))
    const target = await checkOutput({ target: wanted, sources: [path.resolve(image)], replace })
    const content = await core.readFile({ ...fileOf(input), maxBytes: 2 ** 31 }, signal)
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
