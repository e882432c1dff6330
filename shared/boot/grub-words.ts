/** How a stretch of a word in a GRUB script is quoted. */
export type GrubQuoting = 'bare' | 'single' | 'double'

export interface GrubPiece {
  readonly text: string
  readonly kind: 'literal' | 'variable'
  readonly quoting: GrubQuoting
  readonly isEscaped: boolean
}

export interface GrubWord {
  readonly kind: 'word'
  readonly start: number
  readonly end: number
  readonly raw: string
  /** Quotes and escapes taken off; variables as their own text. */
  readonly value: string
  readonly pieces: readonly GrubPiece[]
}

export interface GrubMark {
  /** `newline` is any end of a command: a line end, `;`, `|`, `&`. */
  readonly kind: 'newline' | 'open' | 'close' | 'comment'
  readonly start: number
  readonly end: number
}

export type GrubToken = GrubWord | GrubMark

const ENDS_WORD = new Set([' ', '\t', '\n', '{', '}', ';', '|', '&', '<', '>'])

/**
 * Splits a GRUB script into words, braces, ends of commands and comments. What stands between two tokens is blanks and
 * line ends that a backslash hides. A quote that is never closed counts as a plain character, so it hides nothing.
 * GRUB grub-core/script/yylex.l; GRUB manual, "Words" and "Quoting".
 */
export function tokenizeGrub(text: string): GrubToken[] {
  const reader = new WordReader(text)
  const tokens: GrubToken[] = []
  let at = 0
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === ' ' || char === '\t' || (char === '\r' && text.charAt(at + 1) === '\n')) at += 1
    else if (char === '\\' && text.charAt(at + 1) === '\n') at += 2
    else if (char === '#') {
      const end = text.indexOf('\n', at)
      const stop = end < 0 ? text.length : end
      tokens.push({ kind: 'comment', start: at, end: stop })
      at = stop
    } else if (ENDS_WORD.has(char)) {
      tokens.push({ kind: char === '{' ? 'open' : char === '}' ? 'close' : 'newline', start: at, end: at + 1 })
      at += 1
    } else {
      const word = reader.read(at)
      tokens.push(word)
      at = word.end
    }
  }
  return tokens
}

class WordReader {
  /** From here on no quote of that kind is ever closed: looked up once, not at every quote. */
  private noSingle = Number.POSITIVE_INFINITY
  private noDouble = Number.POSITIVE_INFINITY

  constructor(private readonly text: string) {}

  read(start: number): GrubWord {
    const pieces: GrubPiece[] = []
    let at = start
    while (at < this.text.length) {
      const char = this.text.charAt(at)
      if (ENDS_WORD.has(char) || (char === '\r' && this.text.charAt(at + 1) === '\n')) break
      const close = char === "'" ? this.closingSingle(at) : char === '"' ? this.closingDouble(at) : null
      if (close === null) at = this.readPiece(at, 'bare', pieces)
      else if (char === "'") {
        pieces.push({ text: this.text.slice(at + 1, close), kind: 'literal', quoting: 'single', isEscaped: false })
        at = close + 1
      } else {
        // So that an empty pair of quotes is a word too.
        pieces.push({ text: '', kind: 'literal', quoting: 'double', isEscaped: false })
        at += 1
        while (at < close) at = this.readPiece(at, 'double', pieces)
        at = close + 1
      }
    }
    const value = pieces.map((piece) => piece.text).join('')
    return { kind: 'word', start, end: at, raw: this.text.slice(start, at), value, pieces }
  }

  private readPiece(at: number, quoting: GrubQuoting, pieces: GrubPiece[]): number {
    const char = this.text.charAt(at)
    const next = this.text.charAt(at + 1)
    const push = (text: string, kind: GrubPiece['kind'], isEscaped: boolean) => pieces.push({ text, kind, quoting, isEscaped })
    if (char === '\\' && next !== '') {
      // Inside double quotes a backslash escapes few characters and stays before all others.
      if (next === '\n') push('', 'literal', true)
      else if (quoting === 'bare' || next === '"' || next === '\\' || next === '$') push(next, 'literal', true)
      else push(char + next, 'literal', true)
      return at + 2
    }
    if (char === '$') {
      const name = /^\$(?:\{[A-Za-z0-9_?@*#]{1,128}\}|[A-Za-z_][A-Za-z0-9_]{0,127}|[0-9?@*#])/.exec(this.text.slice(at, at + 132))?.[0]
      if (name !== undefined) {
        push(name, 'variable', false)
        return at + name.length
      }
    }
    push(char, 'literal', false)
    return at + 1
  }

  private closingSingle(at: number): number | null {
    if (at >= this.noSingle) return null
    const close = this.text.indexOf("'", at + 1)
    if (close < 0) this.noSingle = at
    return close < 0 ? null : close
  }

  private closingDouble(at: number): number | null {
    if (at >= this.noDouble) return null
    for (let pos = at + 1; pos < this.text.length; pos += 1) {
      if (this.text.charAt(pos) === '\\') pos += 1
      else if (this.text.charAt(pos) === '"') return pos
    }
    this.noDouble = at
    return null
  }
}

/** `value` as one GRUB word that means exactly that text. */
export function quoteGrub(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** The only word of a text, or null when it is none or more. */
export function singleWord(text: string): GrubWord | null {
  const [word, more] = tokenizeGrub(text)
  return word?.kind === 'word' && more === undefined && word.start === 0 && word.end === text.length ? word : null
}
