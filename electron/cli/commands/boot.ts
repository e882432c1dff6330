import path from 'node:path'
import type { BootEntry } from '#shared/boot/boot-entry'
import { joinArgs } from '#shared/boot/kernel-args'
import { type ChangeRequest, chooseEntries, planChanges } from '../boot-changes.js'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

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
    ...SAVE_OPTIONS,
  },
  examples: [
    'diskwright boot set disk.qcow2 --replace ignition.platform.id=qemu=vmware -o vmware.vmdk --to vmdk:streamOptimized',
    'diskwright boot set disk.qcow2 --all --delete quiet --append console=ttyS0 --in-place',
    'diskwright boot set disk.qcow2 --append debug --dry-run',
  ],
  async run(input, context) {
    const source = path.resolve(input.positionals[0] ?? '')
    const requests = changeRequests(input)
    checkSaveOptions(input)
    const { entries } = await context.core.listBootEntries(source, context.signal)
    const chosen = chooseEntries(entries, { all: input.flag('all'), names: input.texts('entry') })
    return saveEdits(context, input, source, planChanges(chosen, requests))
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
