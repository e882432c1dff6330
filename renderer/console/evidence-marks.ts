import type { IDecoration, Terminal } from '@xterm/xterm'
import type { ConsoleTheme, ToConsole } from '#shared/boot-test/console-messages'

type Mark = Extract<ToConsole, { kind: 'marks' }>['marks'][number]

/** Rows that are looked through for a line that has just been judged. */
const ROWS_BACK = 400

/** Gives the lines that a verdict rests on their colour. */
export class EvidenceMarks {
  private waiting: Mark[] = []
  private readonly drawn = new Map<string, IDecoration>()

  constructor(
    private readonly terminal: Terminal,
    private readonly theme: ConsoleTheme,
  ) {}

  set(marks: readonly Mark[]): void {
    this.waiting = marks.filter(({ line }) => !this.drawn.has(line))
    this.draw()
  }

  /** Those that are not there yet are looked for again when more was written. */
  draw(): void {
    if (this.waiting.length > 0) this.waiting = this.waiting.filter((mark) => !this.find(mark))
  }

  private find({ line, tone }: Mark): boolean {
    const { buffer, cols } = this.terminal
    const { active } = buffer
    const wanted = line.replace(/…$/, '').trimEnd().slice(0, cols)
    const end = active.baseY + active.cursorY
    for (let row = end; row >= Math.max(0, end - ROWS_BACK); row -= 1) {
      const text = active.getLine(row)
      if (text?.isWrapped || !text?.translateToString(true).startsWith(wanted)) continue
      const rows = Math.max(1, Math.ceil(line.length / cols))
      const marker = this.terminal.registerMarker(row - end)
      const decoration = this.terminal.registerDecoration({
        marker,
        width: cols,
        height: rows,
        foregroundColor: this.theme[tone],
        layer: 'top',
      })
      if (decoration) this.drawn.set(line, decoration)
      return true
    }
    return false
  }
}
