import type { Field, FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { call } from '../../api/client.js'

export type Keep = 'session' | 'keyring'

const LONGEST_NAME = 300

export interface SecretOwner {
  readonly provider: ProviderId
  readonly upload: string
  readonly fields: readonly Field[]
  readonly values: FieldValues
}

/**
 * The name that a secret is kept under. In the keyring it is that of the account, so that the next upload finds it; for a session it is that
 * of the upload, so that two uploads never share one.
 */
export function secretName({ provider, upload, fields, values }: SecretOwner, field: string, keep: Keep): string {
  if (keep === 'session') return `${provider} ${field} ${upload}`
  const account = fields.filter(({ group, kind }) => group === 'account' && kind !== 'secret').map(({ id }) => textOf(values, id))
  return `${provider} ${field} ${account.filter((text) => text !== '').join(' ')}`.trim().slice(0, LONGEST_NAME)
}

/** The name in a reference, and where it is kept; null for one that the window did not make. */
export function keptUnder(reference: string): { readonly keep: Keep; readonly name: string } | null {
  const [, keep, name] = /^(session|keyring):(.+)$/s.exec(reference) ?? []
  return (keep === 'session' || keep === 'keyring') && name !== undefined ? { keep, name } : null
}

const pending = new Set<Promise<unknown>>()

/** Hands a secret over; the answer stands for it. */
export function keepSecret(name: string, secret: string, keep: Keep): Promise<{ reference: string }> {
  const kept = call('clouds.keepSecret', { name, secret, keep })
  pending.add(kept)
  void kept.catch(() => undefined).finally(() => pending.delete(kept))
  return kept
}

/** Waits for secrets that are being handed over: whoever goes on right after typing one must not be told that it is missing. */
export async function secretsKept(): Promise<void> {
  await Promise.allSettled(pending)
}
