import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { checkOutput } from '#core/files/checks'
import { AppError } from '#shared/errors/app-error'
import type { RowFacts } from '#shared/images/guest-listing'
import { tidyPath } from '#shared/images/os-tree'
import { formatBytes } from '#shared/text/bytes'
import { type Command, type CommandContext, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob } from '../follow-job.js'
import { table, visibleLines } from '../print.js'

const PARTITION: OptionTable = {
  partition: { type: 'string', short: 'p', value: 'N', help: 'Partition as numbered in the table (default: the tree of the system)' },
}

export const filesListCommand: Command = {
  name: 'files ls',
  summary: 'List a folder inside an image',
  positionals: 'IMAGE [FOLDER]',
  counts: { min: 1, max: 2 },
  options: { ...PARTITION, long: { type: 'boolean', short: 'l', help: 'Mode, owner and time too, and where links lead' } },
  examples: ['diskwright files ls -l disk.qcow2 /boot', 'diskwright files ls --json disk.qcow2 /loader/entries --partition 2'],
  async run(input, context) {
    const { core, print, signal } = context
    const [image = '', folder = '/'] = input.positionals
    const source = path.resolve(image)
    const where = { path: tidyPath(folder), ...partitionOf(input) }
    const { rows } = await withPartitionHint(core.files.list(source, where, { signal }), context, image)
    const entries = rows.map(({ name, kind, sizeBytes }) => ({ name, kind, sizeBytes }))
    if (!input.flag('long')) {
      print.result(entries)
      const lines = entries.map((entry) => [MARKS[entry.kind], entry.sizeBytes === null ? '' : formatBytes(entry.sizeBytes), entry.name])
      for (const line of table(lines, [1])) print.line(line)
      return EXIT.ok
    }
    const facts: RowFacts[] = []
    for (let at = 0; at < rows.length; at += FACTS_AT_ONCE) {
      const names = rows.slice(at, at + FACTS_AT_ONCE).map(({ name }) => name)
      facts.push(...(await core.files.facts(source, where, names, { signal })))
    }
    print.result(facts)
    for (const line of table(facts.map(longLine), [2])) print.line(line)
    return EXIT.ok
  },
}

const MARKS = { file: '-', folder: 'd', link: 'l', other: '?' } as const
const FACTS_AT_ONCE = 2000

function longLine({ name, kind, mode, uid, gid, sizeBytes, mtime, linkTarget, leadsTo }: RowFacts): string[] {
  const target = linkTarget === null ? '' : ` -> ${linkTarget}${leadsTo === 'nothing' ? ' (leads nowhere)' : ''}`
  return [
    `${MARKS[kind]}${mode === null ? '' : mode.toString(8).padStart(4, '0')}`,
    uid === null ? '' : `${uid}:${gid ?? ''}`,
    sizeBytes === null ? '' : formatBytes(sizeBytes),
    mtime === null ? '' : timeText(mtime),
    name + target,
  ]
}

/** A hostile time can lie beyond what a date can tell. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ')
}

export const filesFindCommand: Command = {
  name: 'files find',
  summary: 'Find files and folders inside an image by name',
  positionals: 'IMAGE NAME',
  counts: { min: 2, max: 2 },
  options: {
    ...PARTITION,
    below: { type: 'string', value: 'FOLDER', help: 'Only below this folder (default: everywhere)' },
  },
  examples: ['diskwright files find disk.qcow2 grub.cfg', "diskwright files find disk.qcow2 '*.conf' --below /etc"],
  async run(input, context) {
    const { core, print, signal } = context
    const [image = '', name = ''] = input.positionals
    if (name === '') throw new UsageError('say what to look for')
    const source = path.resolve(image)
    const below = tidyPath(input.text('below') ?? '/')
    const everywhere = input.text('partition') === undefined && (await core.files.tree(source, signal)) === null
    const places = everywhere ? await readablePartitions(context, source) : [partitionOf(input)]
    const found = []
    for (const place of places) found.push(await core.files.search(source, { ...place, path: below }, name, { signal }))
    const hits = found.flatMap((one) => one.hits)
    print.result({
      hits,
      cut: found.find(({ cut }) => cut !== null)?.cut ?? null,
      looked: found.reduce((sum, { looked }) => sum + looked, 0),
    })
    const shown = hits.map((hit) => [MARKS[hit.kind], String(hit.partition), hit.osPath ?? hit.path])
    for (const line of table(shown)) print.line(line)
    if (found.some(({ cut }) => cut !== null)) print.note('There is more: the search ended at its limit.')
    return EXIT.ok
  },
}

async function readablePartitions({ core, signal }: CommandContext, source: string): Promise<{ partition: number }[]> {
  const { partitions } = await core.inspect(source, signal)
  return partitions.filter(({ filesystem }) => filesystem !== null).map(({ number }) => ({ partition: number }))
}

export const filesCatCommand: Command = {
  name: 'files cat',
  summary: 'Print a file inside an image',
  positionals: 'IMAGE PATH',
  counts: { min: 2, max: 2 },
  options: PARTITION,
  examples: ['diskwright files cat disk.qcow2 /boot/loader/entries/a.conf', 'diskwright files cat disk.qcow2 /vmlinuz -p 2 > vmlinuz'],
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
  summary: 'Copy files and folders out of an image',
  positionals: 'IMAGE PATH…',
  counts: { min: 2, max: 10_000 },
  options: {
    ...PARTITION,
    output: { type: 'string', short: 'o', value: 'FILE|DIR', help: 'Where to; a folder for several (default: this folder)' },
    recursive: { type: 'boolean', short: 'r', help: 'Folders with all in them; -o is the folder to copy into' },
    replace: { type: 'boolean', help: 'Replace files that exist; folders are never replaced' },
    'no-modes': { type: 'boolean', help: 'Give the copies the permissions and times of new files' },
  },
  examples: [
    'diskwright files get disk.qcow2 /etc/os-release',
    'diskwright files get disk.qcow2 /vmlinuz -p 2 -o ./kernel --replace',
    'diskwright files get -r disk.qcow2 /etc /boot/loader -o ./copies',
  ],
  async run(input, context) {
    const [image = '', ...paths] = input.positionals
    const source = path.resolve(image)
    const place = partitionOf(input)
    const several = input.flag('recursive') || paths.length > 1
    const output = path.resolve(input.text('output') ?? (several ? '.' : path.posix.basename(tidyPath(paths[0] ?? ''))))
    const replace = input.flag('replace')
    const common = { source, edits: [], replace, keepModes: !input.flag('no-modes') }
    if (several) {
      const items = paths.map((file) => ({ path: tidyPath(file), ...place }))
      const { job, output: made } = await withPartitionHint(
        followJob(context, { kind: 'extract-files', input: { ...common, items, folder: output } }),
        context,
        image,
      )
      context.print.result(job)
      for (const line of [`${made.path} (${formatBytes(made.bytes)})`, ...made.proofs.map((proof) => `  ${proof}`)])
        context.print.line(line)
      return EXIT.ok
    }
    const [file = ''] = paths
    const target = await checkOutput({ target: output, sources: [source], replace })
    const { rows } = await withPartitionHint(
      context.core.files.list(source, { path: path.posix.dirname(tidyPath(file)), ...place }),
      context,
      image,
    )
    if (rows.find(({ name }) => name === path.posix.basename(tidyPath(file)))?.kind === 'folder')
      throw new UsageError(`${file} is a folder: copy it with -r, and -o DIR`)
    const items = [{ path: tidyPath(file), ...place, as: path.basename(target) }]
    const { output: made } = await followJob(context, { kind: 'extract-files', input: { ...common, items, folder: path.dirname(target) } })
    context.print.result({ path: made.path, bytes: made.bytes })
    context.print.line(`${made.path} (${formatBytes(made.bytes)})`)
    return EXIT.ok
  },
}

/** What a Buffer can hold in every supported Node; images have no larger files that one would want to look at. */
const MAX_BYTES = 2 ** 31

function readWhole(input: CommandInput, context: CommandContext, maxBytes: number | undefined): Promise<Buffer> {
  const where = { ...fileOf(input), ...(maxBytes === undefined ? {} : { maxBytes }) }
  return withPartitionHint(
    context.core.readFile(where, context.signal).catch((thrown: unknown) => refuseFolder(thrown, input, context)),
    context,
    input.positionals[0] ?? '',
  )
}

/** A folder is no file that is missing. */
async function refuseFolder(thrown: unknown, input: CommandInput, { core, signal }: CommandContext): Promise<never> {
  if (!(thrown instanceof AppError) || thrown.code !== 'guest-file-not-found') throw thrown
  const { path: source, file, ...place } = fileOf(input)
  const isFolder = await core.files.list(source, { path: tidyPath(file), ...place }, { signal }).then(
    () => true,
    () => false,
  )
  throw isFolder ? new UsageError(`${file} is a folder: 'diskwright files ls' lists it`) : thrown
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
