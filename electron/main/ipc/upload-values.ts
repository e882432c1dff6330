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
  return textsOf(form, 'file')
}

/**
 * Secrets of the window are in memory or in the keyring, under names that it gave itself. A window that was taken over cannot have a variable or a file of
 * this machine sent as a password. Throws `bad-input`.
 */
export function assertOwnSecrets(form: FilledForm): void {
  const foreign = textsOf(form, 'secret').find((reference) => !/^(session|keyring):/.test(reference))
  if (foreign === undefined) return
  throw new AppError('bad-input', { details: { reason: 'a secret of the window is kept for this session or in the keyring' } })
}

/** The archive or folder on this machine that an upload writes instead of sending; null for one that sends. */
export function fileOfUpload({ provider, values, facts }: JobInputDraft<'upload-image'>): { file: string; replace: boolean } | null {
  if (provider !== 'registry') return null
  const complete = completeValues(providerForm(provider), values, facts)
  const file = fileOfRegistryForm(complete)
  return file === null ? null : { file, replace: flagOf(complete, 'overwrite') }
}

function textsOf({ provider, values, facts }: FilledForm, kind: Field['kind']): string[] {
  const form = providerForm(provider)
  const complete = completeValues(form, values, facts)
  return form
    .fields(complete, facts)
    .filter((field) => field.kind === kind)
    .map(({ id }) => textOf(complete, id))
    .filter((text) => text !== '')
}
