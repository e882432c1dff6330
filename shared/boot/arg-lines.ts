import { alignLists } from '../text/align-lists.js'
import { type ArgToken, splitArgTokens } from './kernel-args.js'

/** An argument as it stands in a file: `raw` where the file writes it another way than the kernel reads it. */
export interface PlacedToken extends ArgToken {
  readonly raw?: string
}

/**
 * Puts `args` on the lines that hold `tokens`: kept arguments stay on their line with their spelling and the blanks
 * before them, new ones (spelled by `spell`) follow their neighbour. Null for a line that has no argument (any more).
 */
export function placeArgs(
  lines: readonly (readonly PlacedToken[])[],
  args: readonly string[],
  spell: (arg: string) => string = (arg) => arg,
): (string | null)[] {
  const old = lines.flatMap((tokens, line) => tokens.map((token) => ({ ...token, line })))
  const values: (string | null)[] = lines.map(() => null)
  let line = old[0]?.line ?? 0
  const before = old.map((token) => token.arg)
  for (const row of alignLists(before, args)) {
    const token = row.before === null ? undefined : old[row.before]
    line = token?.line ?? line
    if (row.after === null) continue
    const arg = args[row.after] ?? ''
    const kept = token !== undefined && token.arg === arg
    const word = kept ? (token.raw ?? arg) : spell(arg)
    const value = values[line] ?? null
    values[line] = value === null ? word : value + (token?.lead || ' ') + word
  }
  return values
}

export function sameArgs(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((arg, at) => arg === right[at])
}

/**
 * A text of nothing but kernel arguments with `args` in their place; blanks around and between kept ones stay.
 * Where `text` separates arguments by more than the kernel does (line ends), `asLine` is the same text, of the same
 * length, with blanks instead.
 * @throws AppError `argument-invalid` when the text that stands there cannot be split.
 */
export function setArgsOfText(text: string, args: readonly string[], asLine: string = text): string {
  const tokens: PlacedToken[] = []
  let at = 0
  for (const token of splitArgTokens(asLine)) {
    const start = at + token.lead.length
    tokens.push({ arg: token.arg, lead: text.slice(at, start), raw: text.slice(start, start + token.arg.length) })
    at = start + token.arg.length
  }
  const before = tokens.map((token) => token.arg)
  if (sameArgs(before, args)) return text
  const value = placeArgs([tokens], args)[0] ?? null
  return (value === null ? '' : (tokens[0]?.lead ?? '') + value) + text.slice(at)
}
