import { applyArgChange, applyArgChanges, argKey, argValue, diffArgs } from '../boot/kernel-args.js'
import type { ArgChange } from './arg-change.js'
import type { KernelArgsEdit } from './boot-edits.js'

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
