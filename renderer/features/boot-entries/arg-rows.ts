import { primaryConsole } from '#shared/boot/arguments/console'
import { argumentGroup } from '#shared/boot/arguments/find-argument'
import { ARG_GROUPS, type ArgGroup } from '#shared/boot/arguments/groups'
import { argKey, diffArgs } from '#shared/boot/kernel-args'

export interface ArgRow {
  readonly arg: string
  /** `moved`: it was there, at another place. */
  readonly state: 'kept' | 'removed' | 'added' | 'moved'
  /** Position in the list as it will be; for a removed argument, where it would stand again. */
  readonly at: number
  readonly isPrimaryConsole: boolean
}

/** Both lists as chips, by purpose; within a group they keep the order of the command line. Empty groups are left out. */
export function groupedRows(before: readonly string[], after: readonly string[]): { readonly group: ArgGroup; readonly rows: ArgRow[] }[] {
  const rows = argRows(before, after)
  return ARG_GROUPS.map((group) => ({ group, rows: rows.filter((row) => argumentGroup(row.arg) === group) })).filter(
    ({ rows: found }) => found.length > 0,
  )
}

/** Both lists as one, in the order of the command line. What only changed its place stands at the new one. */
export function argRows(before: readonly string[], after: readonly string[]): ArgRow[] {
  const primary = primaryConsole(after)
  const rows = diffArgs(before, after)
  const left = rows.filter((row) => row.state === 'removed').map((row) => row.arg)
  const moved = new Set<(typeof rows)[number]>()
  for (const row of rows) {
    const found = row.state === 'added' ? left.indexOf(row.arg) : -1
    if (found < 0) continue
    left.splice(found, 1)
    moved.add(row)
  }
  let at = 0
  return rows.flatMap((row): ArgRow[] => {
    if (row.state === 'removed') {
      const stays = left.indexOf(row.arg)
      if (stays < 0) return []
      left.splice(stays, 1)
      return [{ arg: row.arg, state: 'removed', at, isPrimaryConsole: false }]
    }
    const placed: ArgRow = { arg: row.arg, state: moved.has(row) ? 'moved' : row.state, at, isPrimaryConsole: at === primary }
    at += 1
    return [placed]
  })
}

/** How many arguments differ; one whose value changed counts once. */
export function countArgChanges(before: readonly string[], after: readonly string[]): number {
  if (before.length === after.length && before.every((arg, at) => arg === after[at])) return 0
  const rows = argRows(before, after)
  const left = rows.filter((row) => row.state === 'removed').map((row) => argKey(row.arg))
  let pairs = 0
  for (const row of rows) {
    const found = row.state === 'added' ? left.indexOf(argKey(row.arg)) : -1
    if (found < 0) continue
    left.splice(found, 1)
    pairs += 1
  }
  return rows.filter((row) => row.state !== 'kept').length - pairs
}

/** `args` with what stands at `from` put at `to` of the list that results. */
export function moveArg(args: readonly string[], from: number, to: number): string[] {
  const arg = args[from]
  if (arg === undefined) return [...args]
  return args.toSpliced(from, 1).toSpliced(to, 0, arg)
}

/** `args` with what stands at `at` replaced by `by`; an empty `by` removes it. */
export function replaceAt(args: readonly string[], at: number, by: readonly string[]): string[] {
  return [...args.slice(0, at), ...by, ...args.slice(at + 1)]
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

/**
 * Where an argument stands now that stood at `at`: other edits may have come in before it while it was typed. Of several that are equal the nearest
 * one; null when none is left.
 */
export function placeNow(args: readonly string[], { at, arg }: { readonly at: number; readonly arg: string }): number | null {
  const places = args.flatMap((one, place) => (one === arg ? [place] : []))
  return places.reduce<number | null>((best, place) => (best === null || Math.abs(place - at) < Math.abs(best - at) ? place : best), null)
}
