import { alignLists } from '../text/align-lists.js'
import { type Quoting, type WordPiece, isPlain, quoteChar } from './shell-words.js'

/**
 * A shell word with another value: what stays of the value keeps its spelling (quotes, escapes, continuation lines,
 * expansions), what is new is quoted as its surroundings are. An unquoted word that needs quotes gets double ones.
 */
export function respell(pieces: readonly WordPiece[], value: string): string {
  const units = splitUnits(value, pieces)
  const expansions = expansionsOf(pieces)
  const isBare = pieces.every((piece) => piece.kind !== 'mark')
  const needsQuotes = value === '' ? pieces.length > 0 : units.some((unit) => !isPlain(unit) && !expansions.has(unit))
  if (isBare && needsQuotes) return spellAnew(pieces, value)

  const cursor = { out: '', at: 0, quoting: 'bare' as Quoting }
  const passMark = (): boolean => {
    const piece = pieces[cursor.at]
    if (piece?.value !== '') return false
    cursor.out += piece.raw
    cursor.quoting = piece.quoting
    cursor.at += 1
    return true
  }
  const old = pieces.filter((piece) => piece.value !== '').map((piece) => piece.value)
  for (const row of alignLists(old, units)) {
    if (row.before === null) {
      // What is new goes inside the quotes that open here, and before those that close.
      while (cursor.quoting === 'bare' && passMark());
      cursor.out += spellUnit(expansions, units[row.after] ?? '', cursor.quoting)
      continue
    }
    while (passMark());
    if (row.after !== null) cursor.out += pieces[cursor.at]?.raw ?? ''
    cursor.at += 1
  }
  while (passMark());
  return cursor.out
}

/** A double-quoted word with that value; the expansions of the old word stay expansions. */
export function spellAnew(pieces: readonly WordPiece[], value: string): string {
  const expansions = expansionsOf(pieces)
  const units = splitUnits(value, pieces)
  return `"${units.map((unit) => spellUnit(expansions, unit, 'double')).join('')}"`
}

function spellUnit(expansions: ReadonlySet<string>, unit: string, quoting: Quoting): string {
  if (quoting !== 'single' && expansions.has(unit)) return unit
  return [...unit].map((char) => quoteChar(char, quoting)).join('')
}

/** Those that only a shell can replace: their value is their own text. */
function expansionsOf(pieces: readonly WordPiece[]): Set<string> {
  return new Set(pieces.filter((piece) => piece.kind === 'expansion' && piece.value === piece.raw).map((piece) => piece.raw))
}

/** More of them, or longer ones, stand in no configuration; each costs a comparison per character. */
const MAX_EXPANSIONS = 32
const MAX_EXPANSION = 4096

/** Characters, with the values of expansions in one piece. */
function splitUnits(value: string, pieces: readonly WordPiece[]): string[] {
  const expansions = pieces.filter((piece) => piece.kind === 'expansion' && piece.value !== '' && piece.value.length <= MAX_EXPANSION)
  const values = [...new Set(expansions.map((piece) => piece.value))].slice(0, MAX_EXPANSIONS)
  const longest = values.toSorted((left, right) => right.length - left.length)
  const units: string[] = []
  for (let at = 0; at < value.length; ) {
    const start = at
    const unit = longest.find((text) => value.startsWith(text, start)) ?? value.charAt(at)
    units.push(unit)
    at += unit.length
  }
  return units
}
