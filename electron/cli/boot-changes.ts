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
 * Throws `boot-entry-not-found`, `no-boot-entries`, or `UsageError` when it is not clear which one.
 */
export function chooseEntries(
  entries: readonly BootEntry[],
  wanted: { readonly all: boolean; readonly names: readonly string[] },
): BootEntry[] {
  const editable = entries.filter((entry) => entry.problem === null)
  if (editable.length === 0) throw new AppError('no-boot-entries')
  if (wanted.all) return editable
  if (wanted.names.length > 0) return wanted.names.map((name) => findEntry(entries, name))
  const fallback = editable.length === 1 ? editable[0] : editable.find((entry) => entry.isDefault)
  if (!fallback) throw new UsageError('no entry is the default one: name one with --entry, or give --all')
  return [fallback]
}

function findEntry(entries: readonly BootEntry[], name: string): BootEntry {
  const exact = entries.find((entry) => entry.id === name)
  const byFile = entries.filter((entry) => {
    const file = entry.path.slice(entry.path.lastIndexOf('/') + 1)
    return file === name || file === `${name}.conf`
  })
  if (exact) return exact
  if (byFile.length > 1) throw new UsageError(`${name} names ${byFile.length} entries: give the whole id`)
  if (!byFile[0]) throw new AppError('boot-entry-not-found', { details: { entry: name } })
  return byFile[0]
}

/**
 * Turns the requests, in their order, into one edit per entry. With several entries an argument may be missing in some of
 * them, as long as one has it; entries that nothing applies to are left out. Throws as `applyArgChange` and `parseReplace`.
 */
export function planChanges(entries: readonly BootEntry[], requests: readonly ChangeRequest[]): KernelArgsEdit[] {
  const missing = requests.map(() => [] as AppError[])
  const edits = entries.flatMap((entry): KernelArgsEdit[] => {
    const changes: ArgChange[] = []
    let args = entry.args
    requests.forEach((request, index) => {
      try {
        const change = toChange(request, args)
        args = applyArgChange(args, change)
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
