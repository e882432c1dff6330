import type { BootEntry } from '#shared/boot/boot-entry'
import { applyArgChange, parseReplace } from '#shared/boot/kernel-args'
import type { ArgChange, KernelArgsEdit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { UsageError } from './command.js'

/** One `--append`, `--delete` or `--replace` as given. */
export interface ChangeRequest {
  readonly op: 'append' | 'delete' | 'replace'
  readonly text: string
}

/**
 * The entries that are meant: all that can be edited, those named by id or file name, or the default one.
 * Throws `boot-entry-not-found`, `no-boot-entries`, `edit-conflict` where none can be edited, or `UsageError` when it is not clear which one.
 */
export function chooseEntries(
  entries: readonly BootEntry[],
  wanted: { readonly all: boolean; readonly names: readonly string[] },
): BootEntry[] {
  const editable = entries.filter((entry) => entry.problem === null)
  const [first] = entries
  if (!first) throw new AppError('no-boot-entries')
  if (editable.length === 0) throw new AppError('edit-conflict', { details: { entry: first.id, reason: first.problem ?? '' } })
  if (wanted.all) return editable
  if (wanted.names.length > 0) return wanted.names.map((name) => findEntry(entries, name))
  const fallback = editable.length === 1 ? editable[0] : editable.find((entry) => entry.isDefault)
  if (!fallback) throw new UsageError('no entry is the default one: name one with --entry, or give --all')
  return [fallback]
}

/**
 * An entry by its id, the name of its file, its label or place in a menu file, or its title; `default` is the one that boots.
 * Throws `boot-entry-not-found`, `UsageError` where several are meant.
 */
export function findEntry(entries: readonly BootEntry[], name: string): BootEntry {
  const exact = entries.find((entry) => entry.id === name) ?? (name === 'default' ? entries.find((entry) => entry.isDefault) : undefined)
  if (exact) return exact
  const found = NAMES.map((isNamed) => entries.filter((entry) => isNamed(entry, name))).find((named) => named.length > 0) ?? []
  if (found.length > 1) throw new UsageError(`${name} names ${found.length} entries: give the whole id`)
  if (!found[0]) throw new AppError('boot-entry-not-found', { details: { entry: name } })
  return found[0]
}

/** The first way in which a name is an entry's counts. */
const NAMES: readonly ((entry: BootEntry, name: string) => boolean)[] = [
  (entry, name) => {
    const file = entry.path.slice(entry.path.lastIndexOf('/') + 1)
    return file === name || file === `${name}.conf` || file === `${name}.conf.disabled`
  },
  (entry, name) => entry.id.startsWith(`${entry.file}#`) && entry.id.slice(entry.file.length + 1) === name,
  (entry, name) => entry.title === name,
]

/**
 * Turns the requests, in their order, into one edit per entry. With several entries an argument may be missing in some of
 * them, as long as one has it; entries that nothing applies to are left out, and what an entry before it has changed in a place that
 * both share is done. Throws as `applyArgChange` and `parseReplace`.
 */
export function planChanges(entries: readonly BootEntry[], requests: readonly ChangeRequest[]): KernelArgsEdit[] {
  const sharedDone = new Set<string>()
  const missing = requests.map(() => [] as AppError[])
  const edits = entries.flatMap((entry): KernelArgsEdit[] => {
    const changes: ArgChange[] = []
    let args = entry.args
    requests.forEach((request, index) => {
      try {
        const change = toChange(request, args)
        const place = sharedPlace(entry, change)
        args = applyArgChange(args, change)
        if (place !== null && sharedDone.has(`${index} ${place}`)) return
        if (place !== null) sharedDone.add(`${index} ${place}`)
        changes.push(change)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'argument-not-found') throw error
        missing[index]?.push(error)
      }
    })
    return changes.length > 0 ? [{ kind: 'kernel-args', entry: entry.id, changes }] : []
  })
  const nowhere = missing.find((errors) => errors.length === entries.length)?.[0]
  if (nowhere) throw nowhere
  return edits
}

function toChange({ op, text }: ChangeRequest, args: readonly string[]): ArgChange {
  return op === 'replace' ? parseReplace(text, args) : { op, arg: text }
}

/** The place that an entry shares with others and that a change is made in. */
function sharedPlace(entry: BootEntry, change: ArgChange): string | null {
  if (change.op !== 'delete' && change.op !== 'replace') return null
  const wanted = change.op === 'delete' ? change.arg : `${change.key}=${change.from}`
  const sources = entry.args.flatMap((arg, at) => (arg === wanted ? (entry.sources[entry.origins[at] ?? 0] ?? []) : []))
  const [source] = sources
  return source !== undefined && sources.every((one) => one === source) && source.shared ? `${source.file} ${source.what}` : null
}

/**
 * One edit of all entries where some take arguments from the same place, so that what is added goes there too. Edits that differ stay
 * as they are.
 */
export function asOneEdit(
  entries: readonly BootEntry[],
  edits: readonly KernelArgsEdit[],
  requests: readonly ChangeRequest[],
): KernelArgsEdit[] {
  const isShared = entries.some(({ sources }) => sources.some(({ shared }) => shared))
  const longest = edits.toSorted((left, right) => right.changes.length - left.changes.length)[0]
  if (!isShared || !longest || longest.changes.length < requests.length) return [...edits]
  const known = new Set(longest.changes.map((change) => JSON.stringify(change)))
  const fits = edits.every(({ changes }) => changes.every((change) => known.has(JSON.stringify(change))))
  return fits ? [{ ...longest, entry: '*' }] : [...edits]
}
