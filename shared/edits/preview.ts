import type { BootEntry } from '../boot/boot-entry.js'
import { readBlsEntry, setBlsArgs } from '../boot/bls.js'
import { applyArgChange, applyArgChanges, argKey, argValue, diffArgs } from '../boot/kernel-args.js'
import { AppError } from '../errors/app-error.js'
import type { ArgChange, Edit, FilePreview, KernelArgsEdit } from './edit.js'

/**
 * What the edits make of the files they touch, in the order the files are first touched. Pure: nothing is read.
 * Edits apply in order, each on what the ones before it left.
 * @throws AppError `boot-entry-not-found`, `edit-conflict` (an entry that cannot be edited), or what a change throws.
 */
export function previewEdits(entries: readonly BootEntry[], edits: readonly Edit[]): FilePreview[] {
  const files = new Map<string, FilePreview>()
  edits.forEach((edit, index) => {
    const entry = editableEntry(entries, edit.entry)
    const key = `${entry.partition}:${entry.realPath}`
    const file = files.get(key) ?? untouched(entry)
    const after = setBlsArgs(file.after, applyArgChanges(readBlsEntry(file.after).args, edit.changes))
    files.set(key, { ...file, after, edits: [...file.edits, index] })
  })
  return [...files.values()]
}

function editableEntry(entries: readonly BootEntry[], id: string): BootEntry {
  const entry = entries.find((row) => row.id === id)
  if (entry === undefined) throw new AppError('boot-entry-not-found', { details: { entry: id } })
  if (entry.problem !== null) throw new AppError('edit-conflict', { details: { entry: id, reason: entry.problem } })
  return entry
}

function untouched(entry: BootEntry): FilePreview {
  return {
    partition: entry.partition,
    path: entry.realPath,
    before: entry.text,
    after: entry.text,
    encoding: entry.encoding,
    beforeSha256: entry.sha256,
    edits: [],
  }
}

/** One edit in words: `Replace ignition.platform.id=qemu by vmware in "Oracle Linux Server 8.10"`. */
export function describeEdit(edit: Edit, entries: readonly BootEntry[]): string {
  const title = entries.find((entry) => entry.id === edit.entry)?.title || edit.entry
  return `${edit.changes.map(describeChange).join('; ')} in "${title}"`
}

function describeChange(change: ArgChange): string {
  switch (change.op) {
    case 'append':
      return `Append ${change.arg}`
    case 'delete':
      return `Remove ${change.arg}${rank(change.index)}`
    case 'replace':
      return `Replace ${change.key}${change.from === '' ? '' : `=${change.from}`} by ${change.to}${rank(change.index)}`
    case 'set':
      return change.args.length === 1 ? 'Set the list to 1 argument' : `Set the list to ${change.args.length} arguments`
  }
}

function rank(index: number | undefined): string {
  return index === undefined ? '' : ` (number ${index + 1} of these)`
}

/**
 * The smallest edit that turns `before` into `after`: single changes where they say it, else the whole list.
 * Null when the lists are equal.
 */
export function editsForArgs(entry: string, before: readonly string[], after: readonly string[]): KernelArgsEdit | null {
  if (sameList(before, after)) return null
  const changes = singleChanges(before, after)
  const fits = changes.length > 0 && sameList(applyArgChanges(before, changes), after)
  return { kind: 'kernel-args', entry, changes: fits ? changes : [{ op: 'set', args: [...after] }] }
}

/** A guess that `editsForArgs` checks: arguments inserted in the middle have no single change. */
function singleChanges(before: readonly string[], after: readonly string[]): ArgChange[] {
  const changes: ArgChange[] = []
  let current: readonly string[] = before
  const apply = (change: ArgChange) => {
    changes.push(change)
    current = applyArgChange(current, change)
  }
  const rows = diffArgs(before, after)
  let at = 0
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index]
    const next = rows[index + 1]
    if (row === undefined) break
    if (row.state === 'kept') at += 1
    else if (row.state === 'added') apply({ op: 'append', arg: row.arg })
    else if (next?.state === 'added' && isReplaceable(row.arg, next.arg)) {
      apply({ op: 'replace', key: argKey(row.arg), from: argValue(row.arg) ?? '', to: argValue(next.arg) ?? '', ...rankAt(current, at) })
      at += 1
      index += 1
    } else apply({ op: 'delete', arg: row.arg, ...rankAt(current, at) })
  }
  return changes
}

function isReplaceable(from: string, to: string): boolean {
  return argKey(from) === argKey(to) && argValue(to) !== null && argValue(from) !== null
}

/** The rank that tells an argument from its equals; nothing where it stands alone. */
function rankAt(args: readonly string[], at: number): { index?: number } {
  const equal = args.flatMap((arg, index) => (arg === args[at] ? [index] : []))
  return equal.length > 1 ? { index: equal.indexOf(at) } : {}
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at])
}
