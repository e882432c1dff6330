import type { Field, FieldValue, FieldValues } from '#shared/clouds/field'
import { isFilled } from '#shared/clouds/read-values'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { shellWord } from '#shared/text/shell-quote'

/** A variable of the environment that a secret can be in: `secretKey` is in `DISKWRIGHT_SECRET_KEY`. */
export function secretVariable(field: string): string {
  return `DISKWRIGHT_${field
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()}`
}

function settingsOf({ id, kind }: Field, value: FieldValue): string[] {
  if (kind === 'secret') return [`${id}=env:${secretVariable(id)}`]
  if (Array.isArray(value)) return [`${id}=${value.join(',')}`]
  if (typeof value === 'object') return Object.entries(value).map(([name, text]) => `${id}.${name}=${text}`)
  return [`${id}=${String(value)}`]
}

export interface TerminalUpload {
  readonly provider: ProviderId
  readonly path: string
  readonly fields: readonly Field[]
  readonly values: FieldValues
  readonly retarget: boolean
  /** Edits that are staged in the window go along by a recipe. */
  readonly staged: number
}

/** The same upload at the command line: what differs from the defaults, secrets named by a variable. */
export function terminalCommand({ provider, path, fields, values, retarget, staged }: TerminalUpload): string {
  const settings = fields.flatMap((field) => {
    const value = values[field.id]
    if (value === undefined || !isFilled(value) || JSON.stringify(value) === JSON.stringify(field.default)) return []
    return settingsOf(field, value).map((setting) => `--set ${shellWord(setting)}`)
  })
  const edits = [retarget ? '--retarget' : '', staged > 0 ? '--recipe RECIPE.yaml' : ''].filter((option) => option !== '')
  return [`diskwright upload ${provider} ${shellWord(path)}`, ...edits, ...settings].join(' \\\n  ')
}
