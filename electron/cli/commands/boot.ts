import path from 'node:path'
import type { BootEntry } from '#shared/boot/boot-entry'
import { joinArgs, splitArgs } from '#shared/boot/kernel-args'
import type { EditPreview, FileChange } from '#shared/edits/edit-preview'
import { AppError } from '#shared/errors/app-error'
import { ENGINES, type JobInput } from '#shared/jobs/job-requests'
import { alignLists } from '#shared/text/align-lists'
import { type ChangeRequest, chooseEntries, planChanges } from '../boot-changes.js'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob, outputLines } from '../follow-job.js'
import { parseTarget } from '../target-format.js'

export const bootListCommand: Command = {
  name: 'boot list',
  summary: 'Boot entries of an image with their ordered kernel arguments',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright boot list disk.qcow2', 'diskwright boot list --json disk.qcow2'],
  async run({ positionals: [image = ''] }, { core, print, signal }) {
    const report = await core.listBootEntries(path.resolve(image), signal)
    print.result(report)
    for (const entry of report.entries) for (const line of describeEntry(entry)) print.line(line)
    if (report.entries.length === 0)
      print.line(`No boot entries found. Looked at: ${report.searched.join(', ') || 'no readable file system'}`)
    return EXIT.ok
  },
}

function describeEntry(entry: BootEntry): string[] {
  return [
    `${entry.isDefault ? '*' : ' '} ${entry.id}`,
    `    ${[entry.title, entry.version && `version ${entry.version}`, entry.isDefault && `default: ${entry.defaultReason ?? ''}`].filter(Boolean).join(', ')}`,
    `    ${joinArgs(entry.args)}`,
    ...(entry.problem === null ? [] : [`    Cannot be edited: ${entry.problem}`]),
  ]
}

export const bootSetCommand: Command = {
  name: 'boot set',
  summary: 'Change kernel arguments and save: as a new image, or in place',
  positionals: 'IMAGE',
  needs: '-o OUT|--in-place',
  counts: { min: 1, max: 1 },
  options: {
    entry: { type: 'string', multiple: true, value: 'ID', help: 'Entry by id or file name (default: the default entry)' },
    all: { type: 'boolean', help: 'All entries' },
    append: { type: 'string', multiple: true, value: 'ARG', help: 'Add an argument at the end' },
    delete: { type: 'string', multiple: true, value: 'ARG', help: 'Remove every argument equal to ARG' },
    replace: { type: 'string', multiple: true, value: 'KEY=OLD=NEW', help: 'Replace KEY=OLD by KEY=NEW in its place' },
    output: { type: 'string', short: 'o', value: 'OUT', help: 'Save as a new image' },
    'in-place': { type: 'boolean', help: 'Replace IMAGE; the original stays as IMAGE.backup-DATE' },
    'no-backup': { type: 'boolean', help: 'With --in-place: remove the original once the result is verified' },
    'replace-output': { type: 'boolean', help: 'Replace OUT if it exists' },
    to: { type: 'string', value: 'FORMAT[:SUB]', help: 'Format of OUT (default: that of IMAGE)' },
    engine: { type: 'string', value: 'E', help: `Engine that writes: ${ENGINES.join(', ')}` },
    'dry-run': { type: 'boolean', help: 'Show what would change; write nothing' },
  },
  examples: [
    'diskwright boot set disk.qcow2 --replace ignition.platform.id=qemu=vmware -o vmware.vmdk --to vmdk:streamOptimized',
    'diskwright boot set disk.qcow2 --all --delete quiet --append console=ttyS0 --in-place',
    'diskwright boot set disk.qcow2 --append debug --dry-run',
  ],
  async run(input, context) {
    const { core, print, signal } = context
    const source = path.resolve(input.positionals[0] ?? '')
    const requests = changeRequests(input)
    const target = input.flag('dry-run') ? undefined : saveTarget(input)
    const engine = engineOf(input)

    const info = await core.inspect(source, signal)
    const { entries } = await core.listBootEntries(source, signal)
    const chosen = chooseEntries(entries, { all: input.flag('all'), names: input.texts('entry') })
    const edits = planChanges(chosen, requests)
    const preview = await core.previewEdits(source, edits, signal)
    for (const line of previewLines(preview)) print.line(line)
    if (!target) {
      print.result({ edits, preview })
      return EXIT.ok
    }
    const { job, output } = await followJob(context, {
      kind: 'save-image',
      input: { source, revision: info.revision, edits, target, ...engine },
    })
    print.result(job)
    for (const line of ['', ...outputLines(output)]) print.line(line)
    return EXIT.ok
  },
}

function changeRequests(input: CommandInput): ChangeRequest[] {
  const requests = input.ordered.flatMap(({ name, value }) =>
    name === 'append' || name === 'delete' || name === 'replace' ? [{ op: name, text: value } as const] : [],
  )
  if (requests.length === 0) throw new UsageError('nothing to change: give --append, --delete or --replace')
  if (input.flag('all') && input.texts('entry').length > 0) throw new UsageError('--all and --entry exclude each other')
  return requests
}

function saveTarget(input: CommandInput): JobInput<'save-image'>['target'] {
  const output = input.text('output')
  const inPlace = input.flag('in-place')
  const replace = input.flag('replace-output')
  const keepBackup = !input.flag('no-backup')
  if (inPlace === (output !== undefined)) throw new UsageError('say where to save: -o OUT or --in-place')
  if (inPlace && input.text('to') !== undefined) throw new UsageError('--to goes with -o only')
  if (!inPlace && !keepBackup) throw new UsageError('--no-backup goes with --in-place only')
  if (output === undefined) return { mode: 'in-place', keepBackup }
  const to = input.text('to')
  return { mode: 'new-file', output: path.resolve(output), replace, ...(to === undefined ? {} : parseTarget(to)) }
}

function engineOf(input: CommandInput): { engine?: (typeof ENGINES)[number] } {
  const wanted = input.text('engine')
  if (wanted === undefined) return {}
  const engine = ENGINES.find((id) => id === wanted)
  if (!engine) throw new UsageError(`unknown engine ${wanted}: one of ${ENGINES.join(', ')}`)
  return { engine }
}

/** Every change that a preview shows, one block each. Throws what keeps an edit from being applied. */
export function previewLines({ edits, changes }: EditPreview): string[] {
  const failed = edits.find((edit) => edit.problem !== null)?.problem
  if (failed) throw AppError.fromData(failed)
  return changes.flatMap((change) => {
    if (change.kind === 'file') return diffLines(change)
    const where = change.partition === null ? 'Disk' : `Partition ${change.partition}`
    return [`${where}: ${change.what}`, `- ${change.before}`, `+ ${change.after}`]
  })
}

/** A file's change as a diff; an options line is long, so its arguments stand one a line. */
function diffLines(change: FileChange): string[] {
  const title = `Partition ${change.partition}: ${change.from === null ? '' : `${change.from} -> `}${change.path}`
  const what = [change.change === 'rewritten' ? '' : change.change.replace('-', ' '), change.detail]
    .filter((part) => part !== '')
    .join(', ')
  const head = what === '' ? title : `${title} (${what})`
  if (change.before === null && change.after === null) return [head]
  const before = change.before === null ? [] : splitOptions(change.before)
  const after = change.after === null ? [] : splitOptions(change.after)
  const rows = alignLists(before, after).map((row) => {
    if (row.after === null) return `- ${before[row.before] ?? ''}`
    return row.before === null ? `+ ${after[row.after] ?? ''}` : `  ${after[row.after] ?? ''}`
  })
  return [head, ...rows]
}

function splitOptions(text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => {
      const [, key = '', args] = /^(\s*options)\s(.*)/.exec(line) ?? []
      return args === undefined ? [line] : [key, ...oneByOne(args).map((arg) => `    ${arg}`)]
    })
}

/** Options that an entry of the image got wrong stand as they are. */
function oneByOne(args: string): string[] {
  try {
    return splitArgs(args)
  } catch {
    return [args]
  }
}
