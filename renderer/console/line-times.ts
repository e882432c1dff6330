import type { IMarker, Terminal } from '@xterm/xterm'

/** Each costs a little with every line that is scrolled away. */
const MOST_MARKS = 2000

interface TimeMark {
  readonly marker: IMarker
  /** The row itself began then, and not only those below it. */
  readonly isOfRow: boolean
  seconds: number
}

/** When each row of a terminal was written, in seconds since the machine was switched on, in a column beside it. */
export class LineTimes {
  private marks: TimeMark[] = []

  constructor(
    private readonly terminal: Terminal,
    private readonly column: HTMLElement,
  ) {
    column.className = 'times'
    column.hidden = true
    column.ariaHidden = 'true'
    terminal.onScroll(() => this.draw())
    terminal.onRender(() => this.draw())
  }

  /** What is written from here on came then. */
  mark(seconds: number): void {
    const { active } = this.terminal.buffer
    if (active.type !== 'normal') return
    const isOfRow = active.cursorX === 0
    const last = this.marks.at(-1)
    if (last?.marker.line === active.baseY + active.cursorY && last.isOfRow === isOfRow) {
      last.seconds = seconds
      return
    }
    this.marks.push({ marker: this.terminal.registerMarker(0), isOfRow, seconds })
    if (this.marks.length > MOST_MARKS) this.drop(MOST_MARKS / 2)
  }

  show(areShown: boolean): void {
    this.column.hidden = !areShown
  }

  draw(): void {
    if (this.column.hidden) return
    const { rows, buffer, element } = this.terminal
    const screen = element?.querySelector('.xterm-screen')
    if (!screen) return
    const known = this.marks.filter(({ marker }) => !marker.isDisposed)
    this.column.style.lineHeight = `${screen.clientHeight / rows}px`
    const last = buffer.active.baseY + buffer.active.cursorY
    const texts = Array.from({ length: rows }, (_, index) => {
      const row = buffer.active.viewportY + index
      if (row > last || buffer.active.getLine(row)?.isWrapped) return ''
      const time = known.findLast(({ marker, isOfRow }) => marker.line < row || (isOfRow && marker.line === row))
      return time?.seconds.toFixed(2) ?? ''
    })
    const text = `${texts.join('\n')}\n${' '.repeat(7)}`
    if (this.column.textContent !== text) this.column.textContent = text
  }

  private drop(count: number): void {
    for (const { marker } of this.marks.splice(0, count)) marker.dispose()
  }
}
