import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { FieldValues } from '#shared/clouds/field'
import { providerForm } from '#shared/clouds/forms'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { CheckRow } from '#shared/clouds/upload-plan'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { JobInput } from '#shared/jobs/job-requests'
import { type Command, type CommandContext, type CommandInput, UsageError } from '../command.js'
import { askSecrets } from '../ask-secrets.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { followUpload } from '../follow-upload.js'
import { outputLines } from '../follow-job.js'
import { linkLines, planLines, resultLines } from '../upload-lines.js'
import { factsOf, providerOf } from '../upload-subject.js'
import { valuesOf } from '../upload-values.js'
import { ALLOW_HOST_FILES } from './apply.js'
import { platformOf } from './retarget.js'
import { QUESTIONS, questionOf } from './upload-questions.js'

export const uploadCommand: Command = {
  name: 'upload',
  summary: 'Send an image to a cloud, an object store or a registry, converted on the way where that needs it; goes on after a break',
  positionals: '[PROVIDER IMAGE]',
  counts: { min: 0, max: 2 },
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FIELD=VALUE',
      help: 'Fill in a field; a secret as env:NAME or file:PATH, tags as tags.NAME=VALUE',
    },
    account: {
      type: 'string',
      value: 'TEXT',
      help: 'Fill in what the account of this machine says whose name holds the text (see --accounts)',
    },
    retarget: { type: 'boolean', help: "Change the boot entries for the provider's platform on the way; IMAGE stays as it is" },
    platform: { type: 'string', value: 'P', help: 'As --retarget, for another platform' },
    recipe: { type: 'string', value: 'FILE', help: 'Apply the edits of a recipe on the way; IMAGE stays as it is' },
    'allow-host-files': ALLOW_HOST_FILES,
    'dry-run': { type: 'boolean', help: 'Check everything, show steps and commands; send nothing' },
    resume: { type: 'string', value: 'UPLOAD', help: 'Go on with an upload that broke off' },
    ...QUESTIONS,
  },
  examples: [
    'diskwright upload --list',
    'diskwright upload --fields oci disk.qcow2',
    'diskwright upload s3 disk.qcow2 --set profile=lab --set bucket=images --dry-run',
    'diskwright upload registry disk.qcow2 --set reference=registry.example/vms/web:v2',
    'diskwright upload --open',
    'diskwright upload --resume 7d0f4b52-6b63-4c63-9a36-0cf7a1c35a52',
  ],
  async run(input, context) {
    const question = questionOf(input)
    if (question !== null) return question(input, context)
    const resumed = input.text('resume')
    const request = resumed === undefined ? await newRequest(input, context) : await context.core.clouds.openUpload(resumed)
    const values = await askSecrets(request, context)
    const wanted = { ...request, values }
    return input.flag('dry-run') ? showPlan(wanted, context) : send(wanted, context)
  },
}

type Request = JobInput<'upload-image'>

async function newRequest(input: CommandInput, context: CommandContext): Promise<Request> {
  const [name, image] = input.positionals
  if (name === undefined || image === undefined) throw new UsageError('expected PROVIDER IMAGE; see --list, --fields, --open')
  const provider = providerOf(name)
  const edits = await editsOf(input, provider, context)
  const facts = await factsOf(image, edits, context)
  const base = await accountValues(input, provider, context)
  return { upload: randomUUID(), provider, facts, edits, values: valuesOf(providerForm(provider), input.texts('set'), facts, base) }
}

async function editsOf(input: CommandInput, provider: ProviderId, { core }: CommandContext): Promise<Edit[]> {
  const file = input.text('recipe')
  const recipe =
    file === undefined ? [] : (await core.readRecipe(path.resolve(file), { anyHostFile: input.flag('allow-host-files') })).edits
  const platform = platformOf(input.text('platform'))?.id ?? (input.flag('retarget') ? providerForm(provider).platform : undefined)
  if (platform === null) throw new UsageError(`${providerForm(provider).title} is no platform of its own: say --platform P`)
  return [...recipe, ...(platform === undefined ? [] : [{ kind: 'retarget', platform } as const])]
}

async function accountValues(input: CommandInput, provider: ProviderId, { core }: CommandContext): Promise<FieldValues> {
  const text = input.text('account')
  if (text === undefined) return {}
  const accounts = await core.clouds.accounts(provider)
  const account = accounts.find(({ label }) => label === text) ?? accounts.find(({ label }) => label.includes(text))
  if (account === undefined) throw new UsageError(`no account of this machine is called ${text}; see --accounts ${provider}`)
  return account.values
}

async function showPlan({ provider, facts, values, edits }: Request, { core, print, signal }: CommandContext): Promise<ExitCode> {
  const plan = await core.clouds.plan({ provider, facts, values, edits }, signal)
  print.result(plan)
  for (const line of planLines(plan)) print.line(line)
  return plan.checks.some(({ state }) => state === 'error') ? EXIT.failed : EXIT.ok
}

async function send(request: Request, context: CommandContext): Promise<ExitCode> {
  const { core, print, signal } = context
  const { provider, facts, values, edits } = request
  const { checks } = await core.clouds.plan({ provider, facts, values, edits }, signal)
  for (const { title, found } of checks.filter(({ state }) => state === 'warning')) print.note(`Warning: ${title}: ${found}`)
  const refused = checks.filter(({ state }) => state === 'error')
  if (refused.length > 0) throw new AppError('upload-refused', { details: { reason: reasonsOf(refused) } })
  const { job, output } = await followUpload(context, request)
  const share = output.upload?.share
  const link = share === undefined ? null : await core.clouds.shareLink(request.upload)
  print.result(link === null ? job : { ...job, link })
  for (const line of outputLines(output)) print.line(line)
  for (const line of output.upload ? resultLines(request.upload, output.upload) : []) print.line(line)
  if (link !== null) for (const line of linkLines(link, share?.hours ?? 0)) print.line(line)
  return EXIT.ok
}

function reasonsOf(rows: readonly CheckRow[]): string {
  return rows.map(({ title, found, field }) => `${title}${field === undefined ? '' : ` (${field})`}: ${found}`).join('; ')
}
