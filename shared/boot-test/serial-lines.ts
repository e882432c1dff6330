/** Longer lines are cut into pieces: what a guest writes must not take memory. */
export const MAX_LINE = 4096

/** Within what a terminal would make of the bytes: plain text, after ESC, in a CSI sequence, in a string (OSC, DCS, APC, PM, SOS). */
type State = 'text' | 'escape' | 'charset' | 'csi' | 'string' | 'string-escape'

/** CSI sequences that put the cursor in another row, or clear the screen: what comes next stands somewhere else. ECMA-48, 8.3. */
const MOVES = new Set(['A', 'B', 'E', 'F', 'H', 'J', 'S', 'T', 'd', 'f'])

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g
const PARAMETER = /[\u0020-\u003f]/

/**
 * Turns what a guest writes to its serial console into plain lines: control sequences are taken out and never reach anybody's terminal,
 * rewritten rows become lines of their own, empty lines are left out. Takes any pieces of any stream, and holds no more than one line.
 */
export class SerialLines {
  private state: State = 'text'
  private line = ''

  constructor(private readonly onLine: (line: string) => void) {}

  /** What stands in the last row so far: a prompt ends with no newline. */
  get pending(): string {
    return this.line
  }

  push(text: string): void {
    let at = 0
    while (at < text.length) {
      if (this.state === 'text') at = this.takeText(text, at)
      else this.control(text[at++] ?? '')
    }
  }

  /** The last row is a line, too. */
  end(): void {
    this.flush()
  }

  /** Up to the next control character at once: nearly all of a console is plain text. */
  private takeText(text: string, from: number): number {
    CONTROL.lastIndex = from
    const found = CONTROL.exec(text)
    const end = found?.index ?? text.length
    this.append(text.slice(from, end))
    if (!found) return end
    this.control(found[0])
    return end + 1
  }

  private append(text: string): void {
    let rest = text
    while (this.line.length + rest.length > MAX_LINE) {
      const room = MAX_LINE - this.line.length
      this.line += rest.slice(0, room)
      rest = rest.slice(room)
      this.flush()
    }
    this.line += rest
  }

  private flush(): void {
    const { line } = this
    this.line = ''
    if (line.trim() !== '') this.onLine(line)
  }

  private control(char: string): void {
    if (char === '\u001b') this.state = this.state === 'string' ? 'string-escape' : 'escape'
    else if (this.state === 'string') this.inString(char)
    else if (this.state === 'csi') this.inSequence(char)
    else if (this.state === 'escape' || this.state === 'string-escape') this.afterEscape(char)
    else if (this.state === 'charset') this.state = 'text'
    else this.single(char)
  }

  private single(char: string): void {
    if (char === '\n' || char === '\r' || char === '\u000b' || char === '\u000c') this.flush()
    else if (char === '\b') this.line = this.line.slice(0, -1)
    else if (char === '\u009b') this.state = 'csi'
    else if ('\u0090\u0098\u009d\u009e\u009f'.includes(char)) this.state = 'string'
  }

  private afterEscape(char: string): void {
    this.state = 'text'
    if (char === '[') this.state = 'csi'
    else if (']PX^_'.includes(char)) this.state = 'string'
    else if ('()*+-./#% '.includes(char)) this.state = 'charset'
    else if (char === 'c' || char === 'D' || char === 'E' || char === 'M') this.flush()
    else if (char === '\n' || char === '\r') this.single(char)
  }

  private inSequence(char: string): void {
    if (PARAMETER.test(char)) return
    this.state = 'text'
    if (MOVES.has(char)) this.flush()
    else if (char === 'C') this.append(' ')
    // A sequence that a newline breaks off was none.
    else if (char < ' ') this.single(char)
  }

  /** A string ends with BEL or ST. One that was never ended must not hide the rest, so the end of its line ends it, too. */
  private inString(char: string): void {
    if (char !== '\u0007' && char !== '\u009c' && char !== '\n' && char !== '\r') return
    this.state = 'text'
    if (char === '\n' || char === '\r') this.flush()
  }
}
