import path from 'node:path'
import { reportLines } from '../boot-report.js'
import { asOneEdit, type ChangeRequest, chooseEntries, planChanges } from '../boot-changes.js'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

export const bootListCommand: Command = {
  name: 'boot list',
  summary: 'Boot entries of an image with their ordered kernel arguments',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {
    sources: { type: 'boolean', help: 'Show where each argument comes from, and all files that say how the image boots' },
  },
  examples: ['diskwright boot list disk.qcow2', 'diskwright boot list disk.qcow2 --sources', 'diskwright boot list --json disk.qcow2'],
  async run(input, { core, print, signal }) {
    const report = await core.listBootEntries(path.resolve(input.positionals[0] ?? ''), signal)
    print.result(report)
    for (const line of reportLines(report, input.flag('sources'))) print.line(line)
    return EXIT.ok
  },
}

export const bootSetCommand: Command = {
  name: 'boot set',
  summary: 'Change kernel arguments and save: as a new image, or in place',
  positionals: 'IMAGE',
  needs: '-o OUT|--in-place',
  counts: { min: 1, max: 1 },
  options: {
    entry: { type: 'string', multiple: true, value: 'ID', help: 'Boot entry by id or file name (default: the default one)' },
    all: { type: 'boolean', help: 'All boot entries' },
    append: { type: 'string', multiple: true, value: 'ARG', help: 'Add a kernel argument at the end' },
    delete: { type: 'string', multiple: true, value: 'ARG', help: 'Remove every kernel argument equal to ARG' },
    replace: { type: 'string', multiple: true, value: 'KEY=OLD=NEW', help: 'Replace KEY=OLD by KEY=NEW in its place' },
    keep: { type: 'boolean', help: 'Also where kernels that are installed later take their arguments from' },
    ...SAVE_OPTIONS,
  },
  examples: [
    'diskwright boot set disk.qcow2 --replace ignition.platform.id=qemu=vmware -o vmware.vmdk --to vmdk:streamOptimized',
    'diskwright boot set disk.qcow2 --all --delete quiet --append console=ttyS0 --in-place',
    'diskwright boot set disk.qcow2 --append net.ifnames=0 --keep --in-place',
    'diskwright boot set disk.qcow2 --append debug --dry-run',
  ],
  async run(input, context) {
    const source = path.resolve(input.positionals[0] ?? '')
    const requests = changeRequests(input)
    checkSaveOptions(input)
    const { entries } = await context.core.listBootEntries(source, context.signal)
    const chosen = chooseEntries(entries, { all: input.flag('all'), names: input.texts('entry') })
    const planned = planChanges(chosen, requests)
    const edits = input.flag('all') ? asOneEdit(chosen, planned, requests) : planned
    return saveEdits(context, input, source, input.flag('keep') ? edits.map((edit) => ({ ...edit, keep: true })) : edits)
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
