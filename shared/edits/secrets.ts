import type { Edit, EditKind, EditOf } from './edit.js'

type SecretFields = { readonly [K in EditKind]?: readonly Exclude<keyof EditOf<K>, 'kind'>[] }

/** Fields that can hold what only the owner of an image may know: passwords and their hashes, tokens, private keys. */
const SECRET_FIELDS: SecretFields = {
  user: ['passwordHash'],
  'ignition-config': ['config'],
  'cloud-init': ['userData', 'metaData', 'networkConfig'],
}

/** Names of the fields of this edit that hold secrets, so that what leaves the machine (recipes, logs, records) can be without them. */
export function secretFields(edit: Edit): string[] {
  const fields: readonly string[] = SECRET_FIELDS[edit.kind] ?? []
  const values = edit as Readonly<Record<string, unknown>>
  return fields.filter((field) => values[field] !== undefined && values[field] !== '' && values[field] !== '!')
}
