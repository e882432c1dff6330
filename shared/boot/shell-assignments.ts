import { readWord, type WordPiece } from './shell-words.js'

export interface ShellAssignment {
  readonly name: string
  readonly operator: '=' | '+='
  readonly operatorStart: number
  /** After the word that is assigned. */
  readonly end: number
  /** The word, expansions of variables that the file set before resolved. */
  readonly pieces: readonly WordPiece[]
  /** Value of the variable before this assignment. */
  readonly before: string
  /** Value after it. */
  readonly result: string
  /** What goes with the assignment when it is removed. */
  readonly removeStart: number
  readonly removeEnd: number
}

interface Found {
  readonly name: string
  readonly operator: '=' | '+='
  readonly start: number
  readonly operatorStart: number
  readonly end: number
  readonly pieces: readonly WordPiece[]
}

/** A file with more of them is no shell file; each costs a look through the rest of it. */
const MAX_UNCLOSED = 8
/** Resolved values of hostile files would double with every line. */
const MAX_RESOLVED = 16_384

/**
 * All assignments that a shell makes when it reads the file, in order; `A=1 command` makes none. A line with a quote
 * that is never closed is passed over.
 */
export function findAssignments(text: string): ShellAssignment[] {
  const variables = new Map<string, string>()
  const assignments: ShellAssignment[] = []
  let unclosed = 0
  let at = 0
  while (at < text.length && unclosed < MAX_UNCLOSED) {
    const start = skipStatementLead(text, at)
    if (start >= text.length) break
    const statement = readStatement(text, start)
    at = statement.end
    if (statement.isUnclosed) unclosed += 1
    for (const found of statement.found) {
      const before = variables.get(found.name) ?? ''
      const pieces = resolve(found.pieces, variables)
      const own = pieces.map((piece) => piece.value).join('')
      const result = found.operator === '+=' ? before + own : own
      variables.set(found.name, result)
      const { removeStart, removeEnd } = removal(text, start, found, statement.found.length === 1)
      const { name, operator, operatorStart, end } = found
      assignments.push({ name, operator, operatorStart, end, pieces, before, result, removeStart, removeEnd })
    }
  }
  return assignments
}

/** Blanks, line ends, separators and comments before a statement. */
function skipStatementLead(text: string, from: number): number {
  let at = from
  for (;;) {
    at = skipBlanks(text, at)
    const char = text.charAt(at)
    if (char === '\n' || char === ';') at += 1
    else if (char === '#') at = lineEndAt(text, at)
    else return at
  }
}

interface Statement {
  readonly found: readonly Found[]
  readonly end: number
  readonly isUnclosed: boolean
}

function readStatement(text: string, start: number): Statement {
  const found: Found[] = []
  let isExport = false
  let isCommand = false
  let at = start
  while (at < text.length) {
    at = skipBlanks(text, at)
    const char = text.charAt(at)
    if (char === '' || char === '\n' || char === ';') break
    if (char === '#') {
      at = lineEndAt(text, at)
      break
    }
    const head = isCommand ? null : assignmentHead(text, at)
    const word = readWord(text, at + (head?.length ?? 0))
    if (word.pieces === null) return { found: [], end: lineEndAt(text, at), isUnclosed: true }
    if (head !== null) {
      found.push({ ...head, start: at, operatorStart: at + head.name.length, end: word.end, pieces: word.pieces })
    } else if (word.end === at) {
      // A redirection, a pipe, or the like: what stands before it is no plain assignment.
      isCommand = true
      at += 1
      continue
    } else {
      const opening = text.slice(at, Math.min(word.end, at + 16))
      if (found.length === 0 && !isExport && /^(?:then|else|do|\{)$/.test(opening)) return { found: [], end: word.end, isUnclosed: false }
      if (found.length === 0 && (opening === 'export' || opening === 'readonly')) isExport = true
      else isCommand ||= !isExport
    }
    at = word.end
  }
  return { found: isCommand ? [] : found, end: at, isUnclosed: false }
}

function assignmentHead(text: string, at: number): { name: string; operator: '=' | '+='; length: number } | null {
  const pattern = /([A-Za-z_][A-Za-z0-9_]*)(\+?=)/y
  pattern.lastIndex = at
  const [whole, name, operator] = pattern.exec(text) ?? []
  if (whole === undefined || name === undefined) return null
  return { name, operator: operator === '+=' ? '+=' : '=', length: whole.length }
}

function resolve(pieces: readonly WordPiece[], variables: ReadonlyMap<string, string>): WordPiece[] {
  let room = MAX_RESOLVED
  return pieces.map((piece) => {
    if (piece.kind !== 'expansion') return piece
    const name = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))$/.exec(piece.raw)
    const value = variables.get(name?.[1] ?? name?.[2] ?? '')
    if (value === undefined || value.length > room) return piece
    room -= value.length
    return { ...piece, value }
  })
}

function removal(text: string, statementStart: number, found: Found, isOnly: boolean): { removeStart: number; removeEnd: number } {
  let lineStart = statementStart
  while (lineStart > 0 && (text.charAt(lineStart - 1) === ' ' || text.charAt(lineStart - 1) === '\t')) lineStart -= 1
  const startsLine = lineStart === 0 || text.charAt(lineStart - 1) === '\n'
  const after = skipBlanks(text, found.end)
  const endsLine = after >= text.length || text.charAt(after) === '\n' || text.charAt(after) === '#'
  if (isOnly && startsLine && endsLine) return { removeStart: lineStart, removeEnd: Math.min(text.length, lineEndAt(text, after) + 1) }
  return { removeStart: found.start, removeEnd: text.charAt(after) === ';' ? skipBlanks(text, after + 1) : after }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  for (;;) {
    const char = text.charAt(at)
    if (char === ' ' || char === '\t' || (char === '\r' && text.charAt(at + 1) === '\n')) at += 1
    else if (char === '\\' && text.charAt(at + 1) === '\n') at += 2
    else return at
  }
}

function lineEndAt(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}
