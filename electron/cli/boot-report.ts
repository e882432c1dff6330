import type { BootEntry, BootNote, BootReport } from '#shared/boot/boot-entry'
import { joinArgs } from '#shared/boot/kernel-args'

/** What `boot list` prints; with `sources` also the files, and for each argument its place. */
export function reportLines(report: BootReport, sources: boolean): string[] {
  if (report.entries.length === 0)
    return [`No boot entries found. Looked at: ${report.searched.join(', ') || 'no readable file system'}`, ...noteLines(report)]
  return [
    ...report.entries.flatMap((entry) => entryLines(entry, sources)),
    ...report.settings.map((row) => {
      const timeout = row.timeoutSeconds === null ? 'not set' : row.timeoutSeconds < 0 ? 'for ever' : `${row.timeoutSeconds} s`
      return `Settings of ${row.loader} in ${row.file}: default ${row.default ?? 'not set'}, timeout ${timeout}`
    }),
    ...(sources
      ? report.files.map((file) => `File ${file.id}: ${file.kind}${file.realPath === file.path ? '' : `, really ${file.realPath}`}`)
      : []),
    ...noteLines(report),
  ]
}

function entryLines(entry: BootEntry, sources: boolean): string[] {
  const facts = [
    [...entry.submenu, entry.title].join(' > '),
    entry.version && `version ${entry.version}`,
    entry.counter && `${entry.counter.left} of ${entry.counter.left + entry.counter.done} tries left`,
    !entry.enabled && 'switched off',
    entry.isDefault && `default: ${entry.defaultReason ?? ''}`,
  ]
  return [
    `${entry.isDefault ? '*' : ' '} ${entry.id}`,
    `    ${facts.filter(Boolean).join(', ')}`,
    `    ${joinArgs(entry.args)}`,
    ...(sources ? sourceLines(entry) : []),
    ...(entry.problem === null ? [] : [`    Cannot be edited: ${entry.problem}`]),
  ]
}

function sourceLines(entry: BootEntry): string[] {
  return entry.sources.flatMap((source, at) => {
    const args = entry.args.filter((_, index) => entry.origins[index] === at)
    return args.length === 0 ? [] : [`      ${source.what} of ${source.file}${source.shared ? ' (shared)' : ''}: ${joinArgs(args)}`]
  })
}

const WORDS: Readonly<Record<BootNote['severity'], string>> = { info: 'Note', warning: 'Warning', error: 'Error' }

function noteLines({ notes }: BootReport): string[] {
  return notes.map((note) => {
    const about = note.entry ?? note.file
    return `${WORDS[note.severity]}: ${note.text}${about === null ? '' : ` [${about}]`}`
  })
}
