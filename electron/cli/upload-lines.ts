import type { CloudAccount, OpenUpload } from '#shared/clouds/cloud-calls'
import type { Field, FieldValue } from '#shared/clouds/field'
import type { UploadPlan, UploadResult } from '#shared/clouds/upload-plan'
import { formatBytes } from '#shared/text/bytes'
import { table } from './print.js'

const MARKS = { ok: 'ok', info: 'note', warning: 'warning', error: 'ERROR' } as const

/** The fields of a form, as `--set` takes them. */
export function fieldLines(fields: readonly Field[]): string[] {
  return fields.flatMap((field) => {
    const facts = [
      field.kind === 'remote-select' ? 'text, see --choices' : field.kind,
      field.required === true ? 'required' : '',
      field.default === undefined ? '' : `default ${valueWords(field.default)}`,
    ]
    const choices = (field.choices ?? []).map(({ value, label }) => `      ${value}${label === value ? '' : `  ${label}`}`)
    const bounds = [field.min === undefined ? '' : `from ${field.min}`, field.max === undefined ? '' : `to ${field.max}`]
    const more = [...facts, ...bounds].filter((part) => part !== '').join(', ')
    return [`  ${field.id}  ${field.label} (${more})`, ...(field.help === undefined ? [] : [`      ${field.help}`]), ...choices]
  })
}

function valueWords(value: FieldValue): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',')
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([name, text]) => `${name}=${text}`)
    return pairs.length === 0 ? 'none' : pairs.join(', ')
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === '' ? 'empty' : String(value)
}

export function accountLines(accounts: readonly CloudAccount[]): string[] {
  if (accounts.length === 0) return ['No account was found on this machine.']
  return accounts.flatMap(({ label, note, values, problem }) => [
    [label, note].filter((part) => part !== '').join(': '),
    ...(problem === null ? [] : [`  cannot be used: ${problem}`]),
    ...Object.entries(values).map(([id, value]) => `  --set ${id}=${valueWords(value)}`),
  ])
}

export function planLines(plan: UploadPlan): string[] {
  const { checks, steps, totalBytes, wireBytes, tempBytes, tempFolder, commands, creates } = plan
  return [
    ...table(checks.map(({ state, title, found, field }) => [MARKS[state], field === undefined ? title : `${title} (${field})`, found])),
    ...checks.flatMap(({ fix }) => (fix?.kind === 'command' ? [`  Run: ${fix.command}`] : [])),
    ...(checks.some(({ fix }) => fix?.kind === 'retarget') ? ['  To change the image for it on the way: --retarget'] : []),
    '',
    'Steps:',
    ...steps.map(({ title }) => `  ${title}`),
    `${formatBytes(totalBytes)} in the end, ${formatBytes(wireBytes)} to send${tempFolder === null ? '' : `, ${formatBytes(tempBytes)} needed in ${tempFolder} meanwhile`}`,
    ...(creates.length === 0 ? [] : ['It makes:', ...creates.map((text) => `  ${text}`)]),
    ...(commands.length === 0 ? [] : ['About the same by hand:', ...commands.map((text) => `  ${text}`)]),
  ]
}

export function resultLines(upload: string, { resources, next, temporary }: UploadResult): string[] {
  return [
    ...table(resources.map(({ kind, name, id, url }) => [kind, name, id === name ? '' : id, url ?? ''])),
    ...next.flatMap(({ title, command, url }) => [
      `${title}:`,
      ...[command, url].flatMap((text) => (text === null ? [] : text.split('\n').map((line) => `  ${line}`))),
    ]),
    ...(temporary.length === 0
      ? []
      : [
          'Left there, and not needed:',
          ...temporary.map(({ label }) => `  ${label}`),
          `  To delete it: diskwright upload --clean ${upload}`,
        ]),
  ]
}

/** A link is a secret: it is said to who asked for it, and written down nowhere. */
export function linkLines(link: string, hours: number): string[] {
  return [`Link that needs no account, for ${hours} hours:`, `  ${link}`]
}

export function openUploadLines(uploads: readonly OpenUpload[]): string[] {
  if (uploads.length === 0) return ['No upload is open.']
  return uploads.flatMap(({ upload, title, updatedAt, remotes, finished }) => [
    `${upload}  ${title}, ${updatedAt}`,
    ...remotes.map(({ label }) => `  there: ${label}`),
    ...(finished === true ? [] : [`  To go on: diskwright upload --resume ${upload}`]),
    `  To delete what is there: diskwright upload --clean ${upload}`,
  ])
}
