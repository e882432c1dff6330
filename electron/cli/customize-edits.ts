import path from 'node:path'
import { readText } from '#core/files/read-text'
import { type Edit, type EditKind, editSchema } from '#shared/edits/edit'
import { CLEAN_TOPICS, type SystemRoot } from '#shared/edits/system-edits'
import { authorizedKeyProblem, keyLines } from '#shared/system/ssh-keys'
import { type CommandInput, UsageError } from './command.js'

/** Options of `customize` that name a unit, and what becomes of it. */
const UNIT_OPTIONS = { enable: 'enabled', disable: 'disabled', mask: 'masked', unmask: 'unmasked' } as const

/**
 * The edits that the options ask for, in an order in which they do not undo each other: what is cleaned goes first, and users are there
 * before their keys. Throws `UsageError`, and as `readText`.
 */
export async function customizeEdits(input: CommandInput): Promise<Edit[]> {
  const root = rootOf(input.text('root'))
  const rows: { option: string; edit: { kind: EditKind } & Record<string, unknown> }[] = []
  const add = (option: string, kind: EditKind, fields: Record<string, unknown>): void => {
    rows.push({ option, edit: { kind, ...root, ...fields } })
  }
  const clean = input.texts('clean').flatMap((list) => list.split(','))
  if (clean.length > 0) add('clean', 'clean', { what: checkedTopics(clean) })
  if (input.flag('reset-machine-id')) add('reset-machine-id', 'machine-id-reset', {})
  const hostname = input.text('hostname')
  if (hostname !== undefined) add('hostname', 'hostname', { name: hostname })
  for (const text of input.texts('user')) add('user', 'user', await userFields(text))
  for (const text of input.texts('ssh-key')) add('ssh-key', 'ssh-keys', await keyFields(text))
  for (const { name, value } of input.ordered) {
    const state = UNIT_OPTIONS[name as keyof typeof UNIT_OPTIONS] as (typeof UNIT_OPTIONS)[keyof typeof UNIT_OPTIONS] | undefined
    if (state !== undefined) add(name, 'systemd-unit', { unit: /\.[a-z]+$/.test(value) ? value : `${value}.service`, state })
  }
  const ignition = input.text('ignition')
  if (ignition !== undefined)
    add('ignition', 'ignition-config', { config: await textOf(ignition), delivery: input.text('ignition-delivery') ?? 'auto' })
  await addCloudInit(input, add)
  for (const text of input.texts('new-uuid')) {
    if (!/^\d{1,3}$/.test(text)) throw new UsageError(`--new-uuid takes the number of a partition, not ${text}`)
    rows.push({ option: 'new-uuid', edit: { kind: 'set-fs-uuid', partition: Number(text), uuid: 'new' } })
  }
  return rows.map(({ option, edit }) => checked(option, edit))
}

async function addCloudInit(
  input: CommandInput,
  add: (option: string, kind: EditKind, fields: Record<string, unknown>) => void,
): Promise<void> {
  const [userData, metaData, networkConfig] = [
    input.text('cloud-user-data'),
    input.text('cloud-meta-data'),
    input.text('cloud-network-config'),
  ]
  if (userData === undefined) {
    if (metaData !== undefined || networkConfig !== undefined) throw new UsageError('a cloud-init seed needs --cloud-user-data')
    return
  }
  add('cloud-user-data', 'cloud-init', {
    userData: await textOf(userData),
    ...(metaData === undefined ? {} : { metaData: await textOf(metaData) }),
    ...(networkConfig === undefined ? {} : { networkConfig: await textOf(networkConfig) }),
    onlyNoCloud: input.flag('cloud-only-seed'),
  })
}

function checked(option: string, edit: object): Edit {
  const result = editSchema.safeParse(edit)
  if (result.success) return result.data
  throw new UsageError(`--${option}: ${result.error.issues[0]?.message ?? 'it cannot be read'}`)
}

function rootOf(text: string | undefined): { root?: SystemRoot } {
  if (text === undefined) return {}
  const [, partition, prefix = '/'] = /^(\d{1,3})(?::(\/.*))?$/.exec(text) ?? []
  if (partition === undefined) throw new UsageError(`--root takes PARTITION or PARTITION:/FOLDER, not ${text}`)
  return { root: { partition: Number(partition), prefix } }
}

function checkedTopics(topics: readonly string[]): readonly string[] {
  const unknown = topics.find((topic) => !CLEAN_TOPICS.some((known) => known === topic))
  if (unknown !== undefined) throw new UsageError(`--clean does not know ${unknown || "''"}: one of ${CLEAN_TOPICS.join(', ')}`)
  return topics
}

/** `USER=FILE` or `USER=KEY`; what has the form of a key is one. */
async function keyFields(text: string): Promise<Record<string, unknown>> {
  const cut = text.indexOf('=')
  if (cut < 1 || cut === text.length - 1) throw new UsageError(`--ssh-key takes USER=FILE or USER=KEY, not ${text}`)
  const [user, value] = [text.slice(0, cut), text.slice(cut + 1)]
  const keys = authorizedKeyProblem(value) === null || /^\S+ AAAA/.test(value) ? [value] : keyLines(await textOf(value))
  if (keys.length === 0) throw new UsageError(`--ssh-key: ${value} holds no key`)
  return { user, keys, mode: 'add' }
}

/** `NAME[:option,option=value …]`. The hash of a password comes from a file: the command line is there for all to see. */
async function userFields(text: string): Promise<Record<string, unknown>> {
  const cut = text.indexOf(':')
  const name = cut < 0 ? text : text.slice(0, cut)
  const fields: Record<string, unknown> = { name }
  for (const option of cut < 0 ? [] : text.slice(cut + 1).split(',')) {
    const [key = '', ...rest] = option.split('=')
    const value = rest.join('=')
    if (key === 'sudo' && value === '') fields.sudo = 'password'
    else if (key === 'nopasswd' && value === '') fields.sudo = 'nopasswd'
    else if (key === 'locked' && value === '') fields.passwordHash = '!'
    else if (key === 'groups' && value !== '') fields.groups = value.split('+')
    else if (key === 'shell' || key === 'gecos') fields[key] = value
    else if (key === 'uid' && /^\d{1,10}$/.test(value)) fields.uid = Number(value)
    else if (key === 'password-hash-file' && value !== '') fields.passwordHash = (await textOf(value)).trim()
    else throw new UsageError(`--user does not know ${option}: one of ${USER_OPTIONS}`)
  }
  return fields
}

export const USER_OPTIONS = 'groups=A+B, sudo, nopasswd, shell=PATH, uid=N, gecos=NAME, password-hash-file=FILE, locked'

function textOf(file: string): Promise<string> {
  return readText(path.resolve(file))
}
