import type { Field, FieldValues } from '#shared/clouds/field'
import { providerForm } from '#shared/clouds/forms'
import { fileOfRegistryForm } from '#shared/clouds/forms/registry-reference'
import { completeValues } from '#shared/clouds/preparation'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { AppError } from '#shared/errors/app-error'
import type { JobInputDraft } from '#shared/jobs/job-requests'

/** What the window filled in for a provider. */
export interface FilledForm {
  readonly provider: ProviderId
  readonly values: FieldValues
  readonly facts: SourceFacts | null
}

/** Files that the values name, such as keys and certificates. */
export function filesOfForm(form: FilledForm): string[] {
  return filledOf(form, 'file').map(([, file]) => file)
}

/** Where a secret goes as it is: one in the keyring is only for the address that is part of its name. */
const ADDRESS_FIELDS: Partial<Record<ProviderId, string>> = { openstack: 'authUrl', registry: 'registry', vsphere: 'url' }

/**
 * Secrets of the window are in memory or in the keyring, under names that begin with what they were typed for. A window that was taken over cannot have a
 * variable or a file of this machine sent as a password, nor what was kept for one provider or address sent to another. Throws `bad-input`.
 */
export function assertOwnSecrets(form: FilledForm): void {
  const { provider } = form
  for (const [field, reference] of filledOf(form, 'secret')) {
    const [, where, name = ''] = /^(session|keyring):(.+)$/s.exec(reference) ?? []
    if (where === undefined) throw notOwn('a secret of the window is kept for this session or in the keyring')
    const [ownProvider, ownField, ...account] = name.split(' ')
    const address = where === 'keyring' ? ADDRESS_FIELDS[provider] : undefined
    const isForAddress = address === undefined || account.includes(filledText(form, address))
    if (ownProvider !== provider || ownField !== field || !isForAddress)
      throw notOwn('this secret was kept for another service or address; type it again')
  }
}

function notOwn(reason: string): AppError {
  return new AppError('bad-input', { details: { reason } })
}

/** What an account of this machine fills in, as the window gets it: a password that is in a variable is typed there. */
export function withoutForeignSecrets(form: FilledForm): FieldValues {
  const secrets = new Set(filledOf(form, 'secret').map(([id]) => id))
  return Object.fromEntries(Object.entries(form.values).filter(([id]) => !secrets.has(id)))
}

/** The archive or folder on this machine that an upload writes instead of sending; null for one that sends. */
export function fileOfUpload({ provider, values, facts }: JobInputDraft<'upload-image'>): { file: string; replace: boolean } | null {
  if (provider !== 'registry') return null
  const complete = completeValues(providerForm(provider), values, facts)
  const file = fileOfRegistryForm(complete)
  return file === null ? null : { file, replace: flagOf(complete, 'overwrite') }
}

function filledText({ provider, values, facts }: FilledForm, id: string): string {
  return textOf(completeValues(providerForm(provider), values, facts), id)
}

/** Fields of a kind that are filled in, with what is in them. */
function filledOf({ provider, values, facts }: FilledForm, kind: Field['kind']): [string, string][] {
  const form = providerForm(provider)
  const complete = completeValues(form, values, facts)
  return form
    .fields(complete, facts)
    .filter((field) => field.kind === kind)
    .map(({ id }): [string, string] => [id, textOf(complete, id)])
    .filter(([, text]) => text !== '')
}
