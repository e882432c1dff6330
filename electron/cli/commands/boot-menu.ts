import path from 'node:path'
import type { BootEntry } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import { findEntry } from '../boot-changes.js'
import { type Command, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

/** Where a command of this group differs from the others. */
interface Row {
  readonly name: string
  readonly summary: string
  /** What follows IMAGE. */
  readonly words: readonly string[]
  readonly options?: OptionTable
  readonly example: string
  edit(words: readonly string[], entry: (name: string) => BootEntry, input: CommandInput): Edit
}

const ROWS: readonly Row[] = [
  {
    name: 'default',
    summary: 'Choose the entry that boots without a keypress',
    words: ['ENTRY'],
    example: 'disk.qcow2 arch-fallback --in-place',
    edit: ([name = ''], entry) => ({ kind: 'boot-default', entry: entry(name).id }),
  },
  {
    name: 'timeout',
    summary: 'Set how long the boot menu waits: a number of seconds, or forever',
    words: ['SECONDS'],
    example: 'disk.qcow2 5 -o slow.qcow2',
    edit: ([text = '']) => ({ kind: 'boot-timeout', seconds: seconds(text) }),
  },
  {
    name: 'title',
    summary: 'Give an entry another title',
    words: ['ENTRY', 'TITLE'],
    example: 'disk.qcow2 default Build-7 --in-place',
    edit: ([name = '', title = ''], entry) => ({ kind: 'entry-title', entry: entry(name).id, title }),
  },
  {
    name: 'duplicate',
    summary: 'Copy an entry under another name and title',
    words: ['ENTRY', 'NAME', 'TITLE'],
    example: 'disk.qcow2 default debug Debug --in-place',
    edit: ([from = '', name = '', title = ''], entry) => ({ kind: 'entry-duplicate', entry: entry(from).id, name: checked(name), title }),
  },
  {
    name: 'add',
    summary: 'Add an entry: a copy of another one with what is given',
    words: ['NAME', 'TITLE'],
    options: {
      like: { type: 'string', value: 'ENTRY', help: 'Entry to take the rest from (default: the default entry)' },
      linux: { type: 'string', value: 'PATH', help: 'Kernel' },
      initrd: { type: 'string', multiple: true, value: 'PATH', help: 'Initial RAM disk' },
      arg: { type: 'string', multiple: true, value: 'ARG', help: 'Kernel argument; given once or more, these are all' },
    },
    example: 'disk.qcow2 rescue Rescue --arg root=LABEL=root --arg single --in-place',
    edit: ([name = '', title = ''], entry, input) => {
      const [linux, initrds, args] = [input.text('linux'), input.texts('initrd'), input.texts('arg')]
      return {
        kind: 'entry-add',
        like: entry(input.text('like') ?? 'default').id,
        name: checked(name),
        title,
        ...(linux === undefined ? {} : { linux }),
        ...(initrds.length === 0 ? {} : { initrds: [...initrds] }),
        ...(args.length === 0 ? {} : { args: [...args] }),
      }
    },
  },
  {
    name: 'remove',
    summary: 'Remove an entry from the boot menu',
    words: ['ENTRY'],
    example: 'disk.qcow2 arch-fallback --in-place',
    edit: ([name = ''], entry) => ({ kind: 'entry-remove', entry: entry(name).id }),
  },
  {
    name: 'disable',
    summary: 'Hide an entry from the boot loader; its file stays',
    words: ['ENTRY'],
    example: 'disk.qcow2 arch-fallback --in-place',
    edit: ([name = ''], entry) => ({ kind: 'entry-enable', entry: entry(name).id, enabled: false }),
  },
  {
    name: 'enable',
    summary: 'Show an entry again that was hidden',
    words: ['ENTRY'],
    example: 'disk.qcow2 arch-fallback --in-place',
    edit: ([name = ''], entry) => ({ kind: 'entry-enable', entry: entry(name).id, enabled: true }),
  },
  {
    name: 'move',
    summary: 'Move an entry before another one, or to the end of its menu',
    words: ['ENTRY'],
    options: { before: { type: 'string', value: 'ENTRY', help: 'Entry that comes after it then (default: none)' } },
    example: 'disk.qcow2 arch-fallback --before arch --in-place',
    edit: ([name = ''], entry, input) => {
      const before = input.text('before')
      return { kind: 'entry-move', entry: entry(name).id, before: before === undefined ? null : entry(before).id }
    },
  },
]

/** Commands that change the boot menu, each by one edit. */
export const bootMenuCommands: readonly Command[] = ROWS.map((row): Command => {
  const count = row.words.length + 1
  return {
    name: `boot ${row.name}`,
    summary: row.summary,
    positionals: ['IMAGE', ...row.words].join(' '),
    needs: '-o OUT|--in-place',
    counts: { min: count, max: count },
    options: { ...row.options, ...SAVE_OPTIONS },
    examples: [`diskwright boot ${row.name} ${row.example}`],
    async run(input, context) {
      checkSaveOptions(input)
      const [image = '', ...words] = input.positionals
      const source = path.resolve(image)
      const { entries } = await context.core.listBootEntries(source, context.signal)
      const edit = row.edit(words, (name) => findEntry(entries, name), input)
      return saveEdits(context, input, source, [edit])
    },
  }
})

function seconds(text: string): number {
  if (text === 'forever') return -1
  if (!/^\d{1,5}$/.test(text)) throw new UsageError(`${text} is no number of seconds`)
  return Number(text)
}

function checked(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._+~-]{0,199}$/.test(name)) return name
  throw new UsageError(`${name || "''"} cannot name an entry: letters, digits and . _ + ~ - only`)
}
