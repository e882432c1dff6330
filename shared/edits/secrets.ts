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
  if (edit.kind === 'write-file') return holdsSecret(edit) ? ['content'] : []
  const fields: readonly string[] = SECRET_FIELDS[edit.kind] ?? []
  const values = edit as Readonly<Record<string, unknown>>
  return fields.filter((field) => values[field] !== undefined && values[field] !== '' && values[field] !== '!')
}

/** Hashes of passwords, and private keys of hosts and users, shadow(5), ssh-keygen(1). */
const SECRET_FILES = /\/etc\/g?shadow-?$|\/etc\/ssh\/ssh_host_\w+_key$|\/\.ssh\/id_\w+$/
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/

function holdsSecret({ path, content }: EditOf<'write-file'>): boolean {
  return SECRET_FILES.test(path) || ('text' in content && PRIVATE_KEY.test(content.text))
}

/** Stands where a secret was; no edit can be made with it. */
export const LEFT_OUT = '(left out)'

/** The same edit as it may be kept in records: without secrets, and of no use for the same work. */
export function hideSecrets(edit: Edit): Edit {
  const fields = secretFields(edit)
  return fields.length === 0 ? edit : { ...edit, ...Object.fromEntries(fields.map((field) => [field, LEFT_OUT])) }
}

/** Whether this is what `hideSecrets` left of an edit: it makes nothing that was meant. */
export function isWithoutSecrets(edit: unknown): boolean {
  return typeof edit === 'object' && edit !== null && Object.values(edit).includes(LEFT_OUT)
}
