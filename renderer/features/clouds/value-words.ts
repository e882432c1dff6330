import type { Field, FieldValue } from '#shared/clouds/field'
import { isFilled } from '#shared/clouds/read-values'
import { keptUnder } from './kept-secrets.js'

/** A value for people to read; empty where there is none. A secret is told by where it is kept, never by what it is. */
export function valueWords(field: Field, value: FieldValue | undefined): string {
  if (value === undefined || !isFilled(value)) return ''
  if (field.kind === 'secret') return typeof value === 'string' ? secretWords(value) : ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, text]) => `${name}=${text}`)
      .join(', ')
  return field.choices?.find((choice) => choice.value === value)?.label ?? String(value)
}

function secretWords(reference: string): string {
  const kept = keptUnder(reference)
  if (kept === null) return 'read when it is needed'
  return kept.keep === 'session' ? 'kept until Diskwright is closed' : 'kept in the keyring'
}
