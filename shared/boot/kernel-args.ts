import { AppError } from '../errors/app-error.js'
import type { ArgChange } from '../edits/arg-change.js'
import { alignLists } from '../text/align-lists.js'

/** What the kernel's `isspace` takes for a separator, less the line ends, which a boot entry cannot hold. */
const BLANKS = new Set([' ', '\t', '\v', '\f'])

/**
 * Splits a kernel command line. Blanks separate, double quotes protect blanks and stay in the argument byte for byte;
 * there are no escapes (Linux lib/cmdline.c, `next_arg`).
 * @throws AppError `argument-invalid` for a line end, a NUL, or a quote that is never closed.
 */
export function splitArgs(text: string): string[] {
  return splitArgTokens(text).map((token) => token.arg)
}

export interface ArgToken {
  readonly arg: string
  /** The blanks before it. */
  readonly lead: string
}

/** `splitArgs` with the blanks before each argument kept; blanks after the last argument are dropped. Same errors. */
export function splitArgTokens(text: string): ArgToken[] {
  refuseControl(text, text)
  const tokens: ArgToken[] = []
  let at = 0
  while (at < text.length) {
    const leadStart = at
    while (at < text.length && BLANKS.has(text.charAt(at))) at += 1
    if (at >= text.length) break
    const start = at
    let quoted = false
    while (at < text.length && (quoted || !BLANKS.has(text.charAt(at)))) {
      if (text.charAt(at) === '"') quoted = !quoted
      at += 1
    }
    const arg = text.slice(start, at)
    if (quoted) throw invalid(arg, 'a double quote is never closed')
    tokens.push({ arg, lead: text.slice(leadStart, start) })
  }
  return tokens
}

/** The arguments with one space between each two. */
export function joinArgs(args: readonly string[]): string {
  return args.join(' ')
}

/** The part before the first `=`; the whole argument when there is none. */
export function argKey(arg: string): string {
  const equals = arg.indexOf('=')
  return equals < 0 ? arg : arg.slice(0, equals)
}

/** The part after the first `=`, quotes kept; null for a bare flag. */
export function argValue(arg: string): string | null {
  const equals = arg.indexOf('=')
  return equals < 0 ? null : arg.slice(equals + 1)
}

/**
 * Checks that `arg` is exactly one kernel argument.
 * @throws AppError `argument-invalid` with `arg` and `reason`.
 */
export function checkArg(arg: string): void {
  if (arg === '') throw invalid(arg, 'it is empty')
  refuseControl(arg, arg)
  if (splitArgs(arg).length !== 1 || BLANKS.has(arg.charAt(0)) || BLANKS.has(arg.charAt(arg.length - 1))) {
    throw invalid(arg, 'a blank outside of double quotes separates arguments')
  }
}

/**
 * The list after one change; order and duplicates of all other arguments stay.
 * `append` stays before a `--`: what follows that goes to init and not to the kernel (Linux init/main.c, `set_init_arg`).
 * `delete` takes the exact argument, so `quiet` removes the flag and never `quiet=1`.
 * `replace` with an empty `from` also takes the bare flag `KEY`.
 * @throws AppError `argument-not-found` (`arg`) when there is nothing to delete or replace, `argument-invalid` for a new argument that is not one.
 */
export function applyArgChange(args: readonly string[], change: ArgChange): string[] {
  switch (change.op) {
    case 'append':
      checkArg(change.arg)
      return args.toSpliced(endOfKernelArgs(args), 0, change.arg)
    case 'delete': {
      const hits = hitsOf(args, (arg) => arg === change.arg, change.index, change.arg)
      return args.filter((_, at) => !hits.has(at))
    }
    case 'replace': {
      const next = `${change.key}=${change.to}`
      checkArg(next)
      const old = `${change.key}=${change.from}`
      const matches = (arg: string) => arg === old || (change.from === '' && arg === change.key)
      const hits = hitsOf(args, matches, change.index, old)
      return args.map((arg, at) => (hits.has(at) ? next : arg))
    }
    case 'set':
      change.args.forEach(checkArg)
      return [...change.args]
  }
}

function endOfKernelArgs(args: readonly string[]): number {
  const dashes = args.indexOf('--')
  return dashes < 0 ? args.length : dashes
}

/** Applies changes in order. Errors as `applyArgChange`. */
export function applyArgChanges(args: readonly string[], changes: readonly ArgChange[]): string[] {
  return changes.reduce<string[]>((list, change) => applyArgChange(list, change), [...args])
}

/** Positions that a change means: all matches, or the one with the given rank among them. */
function hitsOf(args: readonly string[], matches: (arg: string) => boolean, rank: number | undefined, wanted: string): Set<number> {
  const all = args.flatMap((arg, at) => (matches(arg) ? [at] : []))
  const hits = rank === undefined ? all : all.slice(rank, rank + 1)
  if (hits.length === 0) throw new AppError('argument-not-found', { details: { arg: wanted } })
  return new Set(hits)
}

export interface ArgDiffRow {
  readonly arg: string
  readonly state: 'kept' | 'removed' | 'added'
}

/** Both lists as one, in display order: what was removed stands before what was added in its place. */
export function diffArgs(before: readonly string[], after: readonly string[]): ArgDiffRow[] {
  return alignLists(before, after).map((row) => {
    if (row.after === null) return { arg: before[row.before] ?? '', state: 'removed' as const }
    return { arg: after[row.after] ?? '', state: row.before === null ? ('added' as const) : ('kept' as const) }
  })
}

/**
 * Reads `KEY=OLD=NEW`, or `KEY=NEW` where `args` hold the key once, as `rpm-ostree kargs --replace` does
 * (libostree, `ostree_kernel_args_new_replace`). Values may hold `=` themselves: the longest OLD that `args` hold
 * wins, so `root=UUID=a=UUID=b` works where `root=UUID=a` is set.
 * @throws AppError `argument-invalid` when the text has no `=`, or the key occurs several times and no OLD is given;
 * `argument-not-found` when `args` hold no such argument.
 */
export function parseReplace(text: string, args: readonly string[]): Extract<ArgChange, { op: 'replace' }> {
  const key = argKey(text)
  const rest = argValue(text)
  if (rest === null || key === '') throw invalid(text, 'expected KEY=OLD=NEW or KEY=NEW')
  for (let cut = rest.lastIndexOf('='); cut >= 0; cut = cut === 0 ? -1 : rest.lastIndexOf('=', cut - 1)) {
    const from = rest.slice(0, cut)
    if (args.includes(`${key}=${from}`)) return { op: 'replace', key, from, to: rest.slice(cut + 1) }
  }
  const found = args.filter((arg) => argKey(arg) === key)
  const only = found[0]
  const firstCut = rest.indexOf('=')
  if (only === undefined || firstCut >= 0) {
    throw new AppError('argument-not-found', { details: { arg: firstCut < 0 ? key : `${key}=${rest.slice(0, firstCut)}` } })
  }
  if (found.length > 1) throw invalid(text, `${key} occurs ${found.length} times; give the old value: KEY=OLD=NEW`)
  return { op: 'replace', key, from: argValue(only) ?? '', to: rest }
}

function refuseControl(text: string, arg: string): void {
  if (/[\n\r\0]/.test(text)) throw invalid(arg, 'it holds a line end or a NUL')
}

function invalid(arg: string, reason: string): AppError {
  return new AppError('argument-invalid', { details: { arg: arg.slice(0, 400), reason } })
}
