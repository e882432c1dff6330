/** How a stretch of a shell word is quoted. */
export type Quoting = 'bare' | 'single' | 'double'

/**
 * A stretch of a shell word. `mark` has no value: a quote, or a line end that a backslash removes. `expansion` is what
 * the shell would replace (`$NAME`, `$(command)`, backquotes); its value here is its own text.
 */
export interface WordPiece {
  readonly kind: 'char' | 'expansion' | 'mark'
  readonly raw: string
  readonly value: string
  /** The quoting that holds for it; for a mark, the one that holds after it. */
  readonly quoting: Quoting
}

export interface ShellWord {
  readonly end: number
  /** Null where a quote or a substitution is never closed. */
  readonly pieces: readonly WordPiece[] | null
}

const ENDS_WORD = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])
const ESCAPED_IN_DOUBLE = new Set(['$', '`', '"', '\\'])

/** Reads the word that starts at `at` (POSIX shell command language, 2.2 Quoting and 2.6 Word expansions). */
export function readWord(text: string, at: number): ShellWord {
  const pieces: WordPiece[] = []
  let quoting: Quoting = 'bare'
  let pos = at
  const push = (kind: WordPiece['kind'], length: number, value: string) => {
    pieces.push({ kind, raw: text.slice(pos, pos + length), value, quoting })
    pos += length
  }
  while (pos < text.length) {
    const char = text.charAt(pos)
    if (quoting === 'single') {
      if (char === "'") quoting = 'bare'
      push(char === "'" ? 'mark' : 'char', 1, char === "'" ? '' : char)
      continue
    }
    if (quoting === 'bare' && (ENDS_WORD.has(char) || text.startsWith('\r\n', pos))) break
    if (char === '"' || (char === "'" && quoting === 'bare')) {
      quoting = quoting === 'double' ? 'bare' : char === '"' ? 'double' : 'single'
      push('mark', 1, '')
    } else if (char === '\\') {
      const next = text.charAt(pos + 1)
      if (next === '\n') push('mark', 2, '')
      else if (next !== '' && (quoting === 'bare' || ESCAPED_IN_DOUBLE.has(next))) push('char', 2, next)
      else push('char', 1, char)
    } else if (char === '$' || char === '`') {
      const length = expansionLength(text, pos)
      if (length === null) return { end: pos, pieces: null }
      push(length > 1 ? 'expansion' : 'char', length, text.slice(pos, pos + length))
    } else push('char', 1, char)
  }
  return { end: pos, pieces: quoting === 'bare' ? pieces : null }
}

/** Characters of the expansion at `at`; 1 for a dollar sign that starts none; null when it is never closed. */
function expansionLength(text: string, at: number): number | null {
  if (text.charAt(at) === '`') return closing(text, at + 1, '`') ?? null
  const next = text.charAt(at + 1)
  if (next === '(') return nested(text, at, '(', ')')
  if (next === '{') return nested(text, at, '{', '}')
  const name = /^\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(text.slice(at, at + 128))
  return name === null ? 1 : name[0].length

  function closing(whole: string, from: number, mark: string): number | null {
    for (let pos = from; pos < whole.length; pos += 1) {
      if (whole.charAt(pos) === '\\') pos += 1
      else if (whole.charAt(pos) === mark) return pos + 1 - at
    }
    return null
  }
}

function nested(text: string, at: number, open: string, close: string): number | null {
  let depth = 0
  let quote = ''
  for (let pos = at + 1; pos < text.length; pos += 1) {
    const char = text.charAt(pos)
    if (char === '\\' && quote !== "'") pos += 1
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === open) depth += 1
    else if (char === close && --depth === 0) return pos + 1 - at
  }
  return null
}

/** `char` as a shell reads it in a stretch of that quoting. */
export function quoteChar(char: string, quoting: Quoting): string {
  if (quoting === 'single') return char === "'" ? "'\\''" : char
  if (quoting === 'double') return ESCAPED_IN_DOUBLE.has(char) ? `\\${char}` : char
  return isPlain(char) ? char : char === '\n' ? "'\n'" : `\\${char}`
}

/** Whether a character means itself outside of quotes, at any place of a word. */
export function isPlain(char: string): boolean {
  return /[A-Za-z0-9_@%+=:,./-]/.test(char) || char > '\x7f'
}
