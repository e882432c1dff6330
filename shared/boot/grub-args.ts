import { AppError } from '../errors/app-error.js'
import { type PlacedToken, placeArgs, sameArgs } from './arg-lines.js'
import { type GrubWord, quoteGrub, singleWord } from './grub-words.js'
import { checkArg, splitArgs } from './kernel-args.js'

/**
 * The kernel argument that a word of a `linux` line stands for. A word that reads the same for the kernel as for GRUB,
 * double quotes included, is that word; of any other, the quotes and escapes are GRUB's own and not part of it, and
 * blanks inside are protected as GRUB does when it builds the command line (grub-core/lib/cmdline.c). A dollar sign
 * that starts no variable is written `\$`.
 */
export function argOfWord(word: GrubWord): string {
  if (word.pieces.every((piece) => !piece.isEscaped && piece.quoting !== 'single') && isOneArg(word.raw)) return word.raw
  const value = word.pieces.map((piece) => (piece.kind === 'literal' ? piece.text.replaceAll('$', '\\$') : piece.text)).join('')
  return isOneArg(value) ? value : `"${value}"`
}

function isOneArg(text: string): boolean {
  try {
    checkArg(text)
    return true
  } catch {
    return false
  }
}

/**
 * An argument as a word of a `linux` line, quoted only where GRUB would read it otherwise.
 * @throws AppError `argument-invalid` for one that GRUB cannot pass on.
 */
export function wordOfArg(arg: string): string {
  checkArg(arg)
  const unquoted = arg.startsWith('"') && arg.endsWith('"') && arg.length > 1 ? arg.slice(1, -1) : arg
  for (const candidate of [arg, quoteGrub(arg), quoteGrub(unquoted), escapeGrub(arg)]) {
    const word = candidate.startsWith('#') ? null : singleWord(candidate)
    if (word !== null && !hasOpenQuote(word) && argOfWord(word) === arg) return candidate
  }
  throw new AppError('argument-invalid', { details: { arg: arg.slice(0, 400), reason: 'GRUB cannot pass it on as it is' } })
}

/** A quote that counts as a character because none closes it: the next word's quote would. */
function hasOpenQuote(word: GrubWord): boolean {
  return word.pieces.some((piece) => piece.quoting === 'bare' && !piece.isEscaped && /['"]/.test(piece.text))
}

/** Every special character escaped, `\$` and variables as they are. */
function escapeGrub(arg: string): string {
  return arg.replace(/\\\$|\\|[{}|&;<>'"# \t]/g, (found) => (found === '\\$' ? found : `\\${found}`))
}

/**
 * Arguments between `start` and `end` of a `linux` line, as the text that replaces that range: blanks, line ends after a
 * backslash, and the spelling of kept arguments stay.
 */
export function setArgWords(text: string, start: number, words: readonly GrubWord[], args: readonly string[]): string {
  const tokens = words.map((word, index): PlacedToken => {
    const from = words[index - 1]?.end ?? start
    return { arg: argOfWord(word), lead: text.slice(from, word.start), raw: word.raw }
  })
  const before = tokens.map((token) => token.arg)
  if (sameArgs(before, args)) return text.slice(start, words.at(-1)?.end ?? start)
  if (args.length === 0) return ''
  return (tokens[0]?.lead || ' ') + (placeArgs([tokens], args, wordOfArg)[0] ?? '')
}

export interface ExpandedArg {
  readonly arg: string
  /** The variable that it came from. */
  readonly from: string | null
}

/** Hostile variables would otherwise multiply without end. */
const MAX_EXPANDED = 65_536

/**
 * The arguments with variables replaced; one that stands for several arguments is split (`$kernelopts`). A variable that
 * is not known stays as it is, with `from` null.
 */
export function expandGrubVariables(args: readonly string[], variables: ReadonlyMap<string, string>): ExpandedArg[] {
  let room = MAX_EXPANDED
  const expand = (arg: string, outer: string | null, depth: number): ExpandedArg[] => {
    let from: string | null = null
    const text = arg.replace(/\\.|\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z_][A-Za-z0-9_]*))/gs, (whole, braced?: string, plain?: string) => {
      const name = braced ?? plain
      const value = name === undefined ? undefined : variables.get(name)
      if (name === undefined || value === undefined || value.length > room) return whole
      room -= value.length + 1
      from ??= name
      return value
    })
    if (from === null) return [{ arg, from: outer }]
    const name = outer ?? from
    const parts = splitLeniently(text)
    return depth >= 4 ? parts.map((part) => ({ arg: part, from: name })) : parts.flatMap((part) => expand(part, name, depth + 1))
  }
  return args.flatMap((arg) => expand(arg, null, 0))
}

function splitLeniently(text: string): string[] {
  try {
    return splitArgs(text.replace(/[\r\n\0]/g, ' '))
  } catch {
    return text.split(/\s+/).filter((part) => part !== '')
  }
}
