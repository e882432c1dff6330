import { providerForm } from '#shared/clouds/forms'
import { PROVIDER_IDS } from '#shared/clouds/provider-ids'
import { type Field, FIELD_GROUPS } from '#shared/clouds/field'
import { AppError } from '#shared/errors/app-error'
import { type CommandContext, type CommandInput, type OptionTable, UsageError } from '../command.js'
import { askLostSecrets } from '../ask-secrets.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { table } from '../print.js'
import { accountLines, fieldLines, openUploadLines } from '../upload-lines.js'
import { factsOf, providerOf } from '../upload-subject.js'
import { valuesOf } from '../upload-values.js'

/** What `upload` tells without sending anything. */
export const QUESTIONS = {
  list: { type: 'boolean', help: 'List the providers' },
  fields: { type: 'boolean', help: 'PROVIDER [IMAGE]: list what can be filled in, with the defaults for the image' },
  accounts: { type: 'boolean', help: 'PROVIDER: list the accounts that are on this machine' },
  choices: { type: 'boolean', help: 'PROVIDER FIELD: ask the provider what there is to choose from' },
  open: { type: 'boolean', help: 'List uploads that were neither finished nor cleaned up' },
  clean: { type: 'string', value: 'UPLOAD', help: 'Delete at the provider what an upload left' },
} as const satisfies OptionTable

type Question = (input: CommandInput, context: CommandContext) => Promise<ExitCode>

const ANSWERS: Readonly<Record<keyof typeof QUESTIONS, Question>> = { list, fields, accounts, choices, open, clean }

/** The question that is asked; null for an upload. Throws `UsageError` for several. */
export function questionOf(input: CommandInput): Question | null {
  const names = Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[]
  const asked = names.filter((name) => input.flag(name) || input.text(name) !== undefined)
  const [first, second] = asked
  if (second !== undefined) throw new UsageError(`--${first} and --${second} do not go together`)
  return first === undefined ? null : ANSWERS[first]
}

async function list(_input: CommandInput, { print }: CommandContext): Promise<ExitCode> {
  const rows = PROVIDER_IDS.map(providerForm)
  print.result(rows.map(({ id, title, summary, platform, takes }) => ({ id, title, summary, platform, takes })))
  for (const line of table([['Provider', 'Name', 'What it makes'], ...rows.map(({ id, title, summary }) => [id, title, summary])]))
    print.line(line)
  return EXIT.ok
}

async function fields(input: CommandInput, context: CommandContext): Promise<ExitCode> {
  const [name, image] = input.positionals
  if (name === undefined) throw new UsageError('expected --fields PROVIDER [IMAGE]')
  const form = providerForm(providerOf(name))
  const facts = image === undefined ? null : await factsOf(image, [], context)
  const values = valuesOf(form, input.texts('set'), facts)
  const shown = form.fields(values, facts)
  context.print.result(shown)
  for (const line of groupedLines(shown)) context.print.line(line)
  return EXIT.ok
}

function groupedLines(shown: readonly Field[]): string[] {
  return FIELD_GROUPS.flatMap((group) => {
    const lines = fieldLines(shown.filter((field) => field.group === group))
    return lines.length === 0 ? [] : [`${group}:`, ...lines]
  })
}

async function accounts({ positionals: [name] }: CommandInput, { core, print }: CommandContext): Promise<ExitCode> {
  if (name === undefined) throw new UsageError('expected --accounts PROVIDER')
  const found = await core.clouds.accounts(providerOf(name))
  print.result(found)
  for (const line of accountLines(found)) print.line(line)
  return EXIT.ok
}

async function choices(input: CommandInput, { core, print, signal }: CommandContext): Promise<ExitCode> {
  const [name, field] = input.positionals
  if (name === undefined || field === undefined) throw new UsageError('expected --choices PROVIDER FIELD')
  const provider = providerOf(name)
  const form = providerForm(provider)
  const values = valuesOf(form, input.texts('set'), null)
  const known = form.fields(values, null).find(({ id }) => id === field)
  if (known?.kind !== 'remote-select') throw new UsageError(`${field} is no field of ${form.title} that it is asked about`)
  const found = await core.clouds.choices(provider, field, values, { signal })
  print.result(found)
  const rows = found.map(({ value, label, help }) => [value, label === value ? '' : label, help ?? ''])
  for (const line of rows.length === 0 ? ['There is nothing to choose from.'] : table(rows)) print.line(line)
  return EXIT.ok
}

async function open(_input: CommandInput, { core, print }: CommandContext): Promise<ExitCode> {
  const uploads = await core.clouds.openUploads()
  print.result(uploads)
  for (const line of openUploadLines(uploads)) print.line(line)
  return EXIT.ok
}

async function clean(input: CommandInput, context: CommandContext): Promise<ExitCode> {
  const { core, print } = context
  const id = input.text('clean') ?? ''
  const hasLeft = (await core.clouds.openUploads()).some(({ upload, remotes }) => upload === id && remotes.length > 0)
  if (hasLeft) await askLostSecrets((await core.clouds.reviewUpload(id)).input, context)
  const { left } = await core.clouds.cleanUp(id)
  if (left.length > 0) {
    const reason = left.map(({ label, reason: why }) => `${label}: ${why}`).join('; ')
    throw new AppError('cloud-failed', { details: { service: 'The provider', reason: `It did not delete all of it: ${reason}` } })
  }
  print.result({ left })
  print.line('Nothing is left there.')
  return EXIT.ok
}
