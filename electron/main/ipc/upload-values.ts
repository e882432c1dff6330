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
  const [reason] = foreignSecrets(form).values()
  if (reason !== undefined) throw new AppError('bad-input', { details: { reason } })
}

/** Fields whose secrets are not the window's own for this, and why. */
export function foreignSecrets(form: FilledForm): ReadonlyMap<string, string> {
  return new Map(
    filledOf(form, 'secret').flatMap(([field, reference]): [string, string][] => {
      const reason = whyForeign(form, field, reference)
      return reason === null ? [] : [[field, reason]]
    }),
  )
}

function whyForeign(form: FilledForm, field: string, reference: string): string | null {
  const { provider } = form
  const [, where, name = ''] = /^(session|keyring):(.+)$/s.exec(reference) ?? []
  if (where === undefined) return 'a secret of the window is kept for this session or in the keyring'
  const [ownProvider, ownField, ...account] = name.split(' ')
  const address = where === 'keyring' ? ADDRESS_FIELDS[provider] : undefined
  const isForAddress = address === undefined || account.includes(filledText(form, address))
  return ownProvider === provider && ownField === field && isForAddress
    ? null
    : 'this secret was kept for another service or address; type it again'
}

/**
 * The values of an upload that was begun elsewhere, such as at the command line: a secret that the window may not use is asked for under the name that the
 * window gives it.
 */
export function withOwnSecrets(form: FilledForm & { readonly upload: string }): FieldValues {
  const names = [...foreignSecrets(form).keys()].map((field): [string, string] => [
    field,
    `session:${form.provider} ${field} ${form.upload}`,
  ])
  return { ...form.values, ...Object.fromEntries(names) }
}

/** The values of a form with the secrets that another job of the same upload had. */
export function withSecretsOf(form: FilledForm, later: FieldValues): FieldValues {
  const taken = fieldsOf(form, 'secret').flatMap(({ id }): [string, string][] => {
    const reference = textOf(later, id)
    return reference === '' ? [] : [[id, reference]]
  })
  return { ...form.values, ...Object.fromEntries(taken) }
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
function filledOf(form: FilledForm, kind: Field['kind']): [string, string][] {
  const complete = completeValues(providerForm(form.provider), form.values, form.facts)
  return fieldsOf(form, kind)
    .map(({ id }): [string, string] => [id, textOf(complete, id)])
    .filter(([, text]) => text !== '')
}

function fieldsOf({ provider, values, facts }: FilledForm, kind: Field['kind']): Field[] {
  const form = providerForm(provider)
  return form.fields(completeValues(form, values, facts), facts).filter((field) => field.kind === kind)
}
