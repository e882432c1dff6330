import path from 'node:path'
import type { Field, FieldValue, FieldValues } from '#shared/clouds/field'
import type { ProviderForm } from '#shared/clouds/provider-form'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { closest } from '#shared/text/closest'
import { UsageError } from './command.js'

/** One `--set`. */
interface Setting {
  readonly id: string
  /** Of one of several, such as `tags.name`. */
  readonly key: string | null
  readonly text: string
}

/** Fields show others when they are filled in; a form of more layers than this there is none. */
const MAX_LAYERS = 8

/** What `--set field=value` says, by the form's own fields. `base`: what is filled in already. Throws `UsageError`. */
export function valuesOf(form: ProviderForm, texts: readonly string[], facts: SourceFacts | null, base: FieldValues = {}): FieldValues {
  const settings = texts.map(settingOf)
  let values = base
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const fields = form.fields(values, facts)
    const next = settings.reduce((sum, setting) => withSetting(sum, fields, setting), base)
    const isSame = JSON.stringify(next) === JSON.stringify(values)
    values = next
    if (isSame) break
  }
  const fields = form.fields(values, facts)
  for (const { id } of settings) requireField(form, fields, id)
  return values
}

function settingOf(text: string): Setting {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === '') throw new UsageError(`--set is FIELD=VALUE, not ${text.slice(0, 40)}`)
  const at = name.indexOf('.')
  return at < 0 ? { id: name, key: null, text: value } : { id: name.slice(0, at), key: name.slice(at + 1), text: value }
}

function requireField({ title }: ProviderForm, fields: readonly Field[], id: string): void {
  if (fields.some((field) => field.id === id)) return
  const meant = closest(
    id,
    fields.map((field) => field.id),
  )
  throw new UsageError(
    `${title} has no field ${id}${meant === undefined ? '' : `; did you mean ${meant}?`} (some are there only when others are filled in)`,
  )
}

/** A field that is not shown yet is left for the next layer. */
function withSetting(values: FieldValues, fields: readonly Field[], setting: Setting): FieldValues {
  const field = fields.find(({ id }) => id === setting.id)
  if (field === undefined) return values
  return { ...values, [field.id]: readValue(field, setting, values[field.id]) }
}

function readValue({ id, kind }: Field, { key, text }: Setting, before: FieldValue | undefined): FieldValue {
  if (key !== null && kind !== 'tags') throw new UsageError(`${id} is not made of names and values: --set ${id}=VALUE`)
  switch (kind) {
    case 'bool':
      return readBool(id, text)
    case 'int':
      if (!/^-?\d+$/.test(text)) throw new UsageError(`${id} is a whole number, not ${text}`)
      return Number(text)
    case 'tags':
      if (key === null) throw new UsageError(`${id} is made of names and values: --set ${id}.NAME=VALUE`)
      return { ...(typeof before === 'object' && !Array.isArray(before) ? before : {}), [key]: text }
    case 'list':
      return text === '' ? [] : text.split(',').map((part) => part.trim())
    case 'file':
      return text === '' ? '' : path.resolve(text)
    case 'secret':
      return readSecretReference(id, text)
    case 'text':
    case 'select':
    case 'remote-select':
      return text
  }
}

function readBool(id: string, text: string): boolean {
  if (/^(yes|true|on|1)$/i.test(text)) return true
  if (/^(no|false|off|0)$/i.test(text)) return false
  throw new UsageError(`${id} is yes or no, not ${text}`)
}

/** Command lines are seen by every user of a machine, and kept in histories. */
function readSecretReference(id: string, text: string): string {
  if (/^env:.+$/.test(text)) return text
  if (/^file:.+$/.test(text)) return `file:${path.resolve(text.slice('file:'.length))}`
  throw new UsageError(
    `${id} is a secret, which no command line is told: --set ${id}=env:NAME, --set ${id}=file:PATH, or leave it out to be asked`,
  )
}
