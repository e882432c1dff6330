import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { type ITheme, Terminal } from '@xterm/xterm'
import type { ConsoleStart, ConsoleTheme, ToConsole } from '#shared/boot-test/console-messages'
import { EvidenceMarks } from './evidence-marks.js'
import { makeInert } from './inert-sequences.js'
import { LineTimes } from './line-times.js'
import { followEnd } from './follow-end.js'
import type { ConsolePort, ConsoleView } from './main.js'

/** What can be scrolled back to; the log keeps more. */
const SCROLLBACK_LINES = 5000
/** What is copied at once, at most. */
const MAX_COPIED = 900_000

/** The end of a broken-off sequence, and nothing of what it set: CAN, and DECSTR (xterm, ctlseqs). */
const AFTER_GAP = '\u0018\u001b[!p\r\n'

/** A serial console: what the guest writes is drawn, what is typed is told, and nothing else happens. */
export function openTerminal(place: HTMLElement, { label, theme }: ConsoleStart, port: ConsolePort): ConsoleView {
  const gutter = place.appendChild(document.createElement('div'))
  const box = place.appendChild(document.createElement('div'))
  box.className = 'terminal'
  const terminal = new Terminal({
    // Colours of what is found are not in the stable part of xterm.js yet
    allowProposedApi: true,
    scrollback: SCROLLBACK_LINES,
    fontFamily: '"JetBrains Mono Variable", monospace',
    fontSize: 12,
    lineHeight: 1.3,
    theme: themeOf(theme),
    disableStdin: true,
    cursorInactiveStyle: 'outline',
    linkHandler: { activate: () => {} },
    logLevel: 'off',
  })
  makeInert(terminal)
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.open(box)
  terminal.textarea?.setAttribute('aria-label', label)
  const times = new LineTimes(terminal, gutter)
  const marks = new EvidenceMarks(terminal, theme)
  const end = followEnd(terminal, box)
  const adjust = (): void => {
    fit.fit()
    end.keepUp()
    times.draw()
    port.say({ kind: 'size', cols: terminal.cols, rows: terminal.rows })
  }
  // A letter has its width only when its font is there
  void document.fonts.ready.then(adjust)
  new ResizeObserver(adjust).observe(box)
  window.addEventListener('focus', () => terminal.focus())

  const copy = (): void => {
    const text = terminal.hasSelection() ? terminal.getSelection() : wholeText(terminal)
    port.say({ kind: 'copied', text: text.slice(-MAX_COPIED) })
  }
  const ownKeys = new Map([
    ['C', copy],
    ['F', () => port.say({ kind: 'search' })],
  ])
  terminal.attachCustomKeyEventHandler((event) => {
    if (!event.ctrlKey || !event.shiftKey) return true
    const work = ownKeys.get(event.key)
    if (work === undefined) return event.key !== 'V'
    event.preventDefault()
    if (event.type === 'keydown') work()
    return false
  })
  terminal.onData((text) => port.say({ kind: 'typed', text }))
  search.onDidChangeResults(({ resultIndex, resultCount }) => port.say({ kind: 'found', index: resultIndex, count: resultCount }))

  const write = ({ bytes, skipped, times: seconds }: Extract<ToConsole, { kind: 'bytes' }>): void => {
    if (skipped > 0) terminal.write(`${AFTER_GAP}\u001b[2m[ ${skipped} bytes passed over, the serial log has more of them ]\u001b[0m\r\n`)
    let at = 0
    for (const [next, second] of seconds) {
      terminal.write(bytes.subarray(at, next), () => times.mark(second))
      at = next
    }
    terminal.write(bytes.subarray(at), () => {
      end.keepUp()
      times.draw()
      marks.draw()
      port.say({ kind: 'taken' })
    })
  }

  const find = (text: string, back: boolean, asTyped: boolean): void => {
    if (text === '') {
      search.clearDecorations()
      terminal.clearSelection()
      return
    }
    const options = {
      incremental: asTyped,
      decorations: {
        matchBackground: '#5c4a12',
        activeMatchBackground: '#9a6b00',
        matchOverviewRuler: theme.amber,
        activeMatchColorOverviewRuler: theme.amber,
      },
    }
    if (back) search.findPrevious(text, options)
    else search.findNext(text, options)
    end.look()
  }

  return {
    take: (message) => {
      switch (message.kind) {
        case 'bytes':
          write(message)
          break
        case 'live':
          terminal.options.disableStdin = !message.isLive
          terminal.options.cursorBlink = message.isLive && !window.matchMedia('(prefers-reduced-motion: reduce)').matches
          terminal.options.cursorInactiveStyle = message.isLive ? 'outline' : 'none'
          break
        case 'times':
          times.show(message.areShown)
          adjust()
          break
        case 'find':
          find(message.text, message.back, message.asTyped)
          break
        case 'copy':
          copy()
          break
        case 'focus':
          terminal.focus()
          break
        case 'marks':
          marks.set(message.marks)
          break
        case 'ctrl-alt-del':
        case 'ended':
      }
    },
  }
}

function wholeText(terminal: Terminal): string {
  const buffer = terminal.buffer.active
  const lines: string[] = []
  for (let row = 0; row < buffer.length; row += 1) {
    const line = buffer.getLine(row)
    const text = line?.translateToString(true) ?? ''
    if (line?.isWrapped) lines[lines.length - 1] += text
    else lines.push(text)
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function themeOf({ background, text, dim, green, red, amber }: ConsoleTheme): ITheme {
  return {
    background,
    foreground: text,
    cursor: text,
    cursorAccent: background,
    selectionBackground: '#2f4a66',
    scrollbarSliderBackground: '#8b96a166',
    black: '#30363d',
    brightBlack: dim,
    red,
    brightRed: '#ffaba3',
    green,
    brightGreen: '#96e0ab',
    yellow: amber,
    brightYellow: '#f0cc82',
    blue: '#79a8f0',
    brightBlue: '#a5c6f7',
    magenta: '#c79bf2',
    brightMagenta: '#dcbff8',
    cyan: '#5cc8c0',
    brightCyan: '#8fdcd6',
    white: text,
    brightWhite: '#ffffff',
  }
}
