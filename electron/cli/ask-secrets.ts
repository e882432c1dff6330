import process from 'node:process'
import type { Field, FieldValues } from '#shared/clouds/field'
import { providerForm } from '#shared/clouds/forms'
import { completeValues } from '#shared/clouds/preparation'
import { isFilled, textOf } from '#shared/clouds/read-values'
import type { JobInput } from '#shared/jobs/job-requests'
import { type CommandContext, UsageError } from './command.js'
import { askSecret } from './read-secret.js'

type Filled = Pick<JobInput<'upload-image'>, 'provider' | 'values' | 'facts'>
type Asking = Pick<CommandContext, 'core' | 'signal'>

const SESSION = 'session:'

/** Secrets that are needed and were not given, and those of a session that is over, are asked for. Throws `UsageError` where there is no terminal. */
export async function askSecrets(filled: Filled, asking: Asking): Promise<FieldValues> {
  const { provider, values } = filled
  const missing = secretFields(filled).filter(({ id, required }) => (isFilled(values[id]) ? isOfSession(values, id) : required === true))
  const asked: Record<string, string> = {}
  for (const field of missing) {
    const secret = await ask(field, asking, `give it as --set ${field.id}=env:NAME or file:PATH`)
    asked[field.id] = asking.core.clouds.keepSecret(`${provider}.${field.id}`, secret, 'session')
  }
  return { ...values, ...asked }
}

/** Secrets of a session that is over are asked for, and kept under the names that the upload's record has. Throws `UsageError` where there is no terminal. */
export async function askLostSecrets(filled: Filled, asking: Asking): Promise<void> {
  for (const field of secretFields(filled).filter(({ id }) => isOfSession(filled.values, id))) {
    const secret = await ask(field, asking, 'run it on one')
    asking.core.clouds.keepSecret(textOf(filled.values, field.id).slice(SESSION.length), secret, 'session')
  }
}

function secretFields({ provider, values, facts }: Filled): readonly Field[] {
  const form = providerForm(provider)
  return form.fields(completeValues(form, values, facts), facts).filter(({ kind }) => kind === 'secret')
}

function isOfSession(values: FieldValues, id: string): boolean {
  return textOf(values, id).startsWith(SESSION)
}

async function ask({ label }: Field, { signal }: Asking, instead: string): Promise<string> {
  const secret = await askSecret({ stdin: process.stdin, stderr: process.stderr, signal }, `${label}: `, instead)
  if (secret === '') throw new UsageError(`${label} is needed`)
  return secret
}
