import type { AppErrorData } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { escapeInvisible, showControl } from '#shared/text/visible'

/** Where a command writes to; `process` has both, tests bring their own. */
export interface Sink {
  write(data: string | Uint8Array): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Printer {
  readonly json: boolean
  readonly stdout: Sink
  readonly stderr: Sink
  /** A line for people; control characters are shown, not sent. Nothing with `--json`. */
  line(text?: string): void
  /** The one JSON document of a `--json` run. Nothing without. */
  result(value: unknown): void
  /** A line about the work, on stderr; with `--json` an event that holds it. */
  note(text: string): void
  /** A JSON line on stderr, with `--json`. Nothing without. */
  event(name: string, fields: Readonly<Record<string, unknown>>): void
  error(data: AppErrorData): void
}

export function createPrinter(json: boolean, stdout: Sink, stderr: Sink): Printer {
  // What stands in names and files must not act on a terminal as JSON either; the data stays the same.
  const document = (value: unknown) => stdout.write(`${escapeInvisible(JSON.stringify(value, null, 2))}\n`)
  const event = (name: string, fields: Readonly<Record<string, unknown>>) =>
    void (json && stderr.write(`${escapeInvisible(JSON.stringify({ event: name, ...fields }))}\n`))
  const note = (text: string) => (json ? event('note', { text }) : void stderr.write(`${visible(text)}\n`))
  return {
    json,
    stdout,
    stderr,
    line: (text = '') => void (json || stdout.write(`${visible(text)}\n`)),
    result: (value) => void (json && document(value)),
    note,
    event,
    error(data) {
      const words = describeError(data)
      if (json) {
        document({ error: { ...data, ...words } })
        return
      }
      note(`diskwright: ${words.title}`)
      note(`  ${words.detail}`)
      note(`  ${words.next}`)
      if (data.command !== undefined) note(`  Command: ${data.command}`)
      for (const row of lastLines(data.toolOutput ?? '', 20)) note(`  | ${row}`)
    },
  }
}

/** Text of images and tools for a terminal: no character of it can move the cursor or change what was said before. */
export function visible(text: string): string {
  return showControl(text)
}

/** As `visible` for whole files: line ends and tabs stay. */
export function visibleLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').map(showControl).join('\t'))
    .join('\n')
}

/** Rows with their columns aligned, two blanks apart, the columns of `right` (numbers) to the right; the last column is not padded. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const shown = rows.map((row) => row.map(visible))
  const widths = shown[0]?.map((_, column) => Math.max(...shown.map((row) => width(row[column] ?? '')))) ?? []
  return shown.map((row) =>
    row
      .map((cell, column) => {
        const blanks = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))
        if (right.includes(column)) return blanks + cell
        return column === row.length - 1 ? cell : cell + blanks
      })
      .join('  ')
      .trimEnd(),
  )
}

/** `1 error`, `2 errors`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function width(text: string): number {
  return Array.from(text).length
}

function lastLines(text: string, count: number): string[] {
  return text.trimEnd() === '' ? [] : text.trimEnd().split('\n').slice(-count)
}
