import { primaryConsole } from '#shared/boot/arguments/console'
import { argumentGroup } from '#shared/boot/arguments/find-argument'
import { ARG_GROUPS, type ArgGroup } from '#shared/boot/arguments/groups'
import { type ArgDiffRow, diffArgs } from '#shared/boot/kernel-args'

export interface ArgRow extends ArgDiffRow {
  /** Position in the list as it will be; for a removed argument, where it would stand again. */
  readonly at: number
  readonly isPrimaryConsole: boolean
}

/** Both lists as chips, by purpose; within a group they keep the order of the command line. Empty groups are left out. */
export function groupedRows(before: readonly string[], after: readonly string[]): { readonly group: ArgGroup; readonly rows: ArgRow[] }[] {
  const primary = primaryConsole(after)
  let at = 0
  const rows = diffArgs(before, after).map((row): ArgRow => {
    const placed = { ...row, at, isPrimaryConsole: row.state !== 'removed' && at === primary }
    if (row.state !== 'removed') at += 1
    return placed
  })
  return ARG_GROUPS.map((group) => ({ group, rows: rows.filter((row) => argumentGroup(row.arg) === group) })).filter(
    ({ rows: found }) => found.length > 0,
  )
}

/** `args` with what stands at `at` replaced by `by`; an empty `by` removes it. */
export function replaceAt(args: readonly string[], at: number, by: readonly string[]): string[] {
  return [...args.slice(0, at), ...by, ...args.slice(at + 1)]
}

/** `after` with an argument that `before` holds and `after` lost put back in its place; null when it lost none such. */
export function restored(before: readonly string[], after: readonly string[], arg: string): string[] | null {
  const lost = groupedRows(before, after)
    .flatMap((group) => group.rows)
    .find((row) => row.state === 'removed' && row.arg === arg)
  return lost === undefined ? null : insertAt(after, lost.at, arg)
}

/** `args` with `arg` put in front of what stands at `at`. */
export function insertAt(args: readonly string[], at: number, arg: string): string[] {
  return [...args.slice(0, at), arg, ...args.slice(at)]
}

/**
 * Where the argument that stands at `at` in `own` stands in `args` of another entry: the same argument, the same rank among its equals,
 * or the only one there is. -1 when the other entry does not hold it.
 */
export function counterpart(own: readonly string[], at: number, args: readonly string[]): number {
  const arg = own[at]
  if (arg === undefined) return -1
  const rank = own.slice(0, at).filter((other) => other === arg).length
  const places = args.flatMap((other, index) => (other === arg ? [index] : []))
  return places[Math.min(rank, places.length - 1)] ?? -1
}
