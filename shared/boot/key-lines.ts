import { AppError } from '../errors/app-error.js'

/** One line of a `key value` file. A line that is none (comment, blank) has `key` null and all its text in `value`. */
export interface KeyLine {
  readonly indent: string
  readonly key: string | null
  /** Blanks between key and value; empty when there is no value. */
  readonly separator: string
  readonly value: string
  /** Blanks after the value. */
  readonly trail: string
  /** `\n`, `\r\n`, or empty on a last line without an end. */
  readonly end: string
}

/** Splits a file of `key value` lines so that it prints back to the same text. `#` starts a comment line. */
export function parseKeyLines(text: string): KeyLine[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(parseLine)
}

function parseLine(line: string): KeyLine {
  const end = line.endsWith('\r\n') ? '\r\n' : line.endsWith('\n') ? '\n' : ''
  const body = line.slice(0, line.length - end.length)
  const start = /^[ \t]*/.exec(body)?.[0].length ?? 0
  if (start === body.length || body.charAt(start) === '#') return { indent: '', key: null, separator: '', value: body, trail: '', end }
  // Walked by hand: a pattern with two runs of blanks takes quadratic time on a hostile line.
  let keyEnd = start
  while (keyEnd < body.length && !isBlank(body.charAt(keyEnd))) keyEnd += 1
  let valueStart = keyEnd
  while (valueStart < body.length && isBlank(body.charAt(valueStart))) valueStart += 1
  let valueEnd = body.length
  while (valueEnd > valueStart && isBlank(body.charAt(valueEnd - 1))) valueEnd -= 1
  return {
    indent: body.slice(0, start),
    key: body.slice(start, keyEnd),
    separator: body.slice(keyEnd, valueStart),
    value: body.slice(valueStart, valueEnd),
    trail: body.slice(valueEnd),
    end,
  }
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t'
}

export function printKeyLines(lines: readonly KeyLine[]): string {
  return lines.map((line) => line.indent + (line.key ?? '') + line.separator + line.value + line.trail + line.end).join('')
}

/**
 * The lines with a new one at place `at`, styled like `like`: its indent and its column of values. A last line without
 * an end stays the one without.
 */
export function insertKeyLine(lines: readonly KeyLine[], at: number, key: string, value: string, like: KeyLine | null): KeyLine[] {
  const lineEnd = lines.find((line) => line.end !== '')?.end ?? '\n'
  const above = lines[at - 1]
  const line: KeyLine = {
    indent: like?.indent ?? '',
    key,
    separator: separatorLike(like, key),
    value,
    trail: '',
    end: above === undefined ? lineEnd : above.end,
  }
  if (above === undefined) return [line, ...lines]
  return [...lines.slice(0, at - 1), { ...above, end: above.end || lineEnd }, line, ...lines.slice(at)]
}

/** A file whose values are aligned in a column keeps its column. */
function separatorLike(line: KeyLine | null, key: string): string {
  if (line === null || line.key === null || line.separator === '') return ' '
  if (!/^ {2,}$/.test(line.separator)) return line.separator
  return ' '.repeat(Math.max(1, line.key.length + line.separator.length - key.length))
}

/**
 * The lines with the value of `key` changed on the line that counts, added below the last key, or gone where it is null.
 * @throws AppError `edit-conflict` with `reason` for a key or value that such a line cannot hold.
 */
export function setKeyLine(lines: readonly KeyLine[], key: string, value: string | null, counts: 'first' | 'last'): readonly KeyLine[] {
  const hits = lines.flatMap((line, at) => (line.key === key ? [at] : []))
  if (value === null) return hits.length === 0 ? lines : lines.filter((line) => line.key !== key)
  checkKeyLine(key, value)
  const hit = hits.at(counts === 'first' ? 0 : -1)
  if (hit !== undefined) {
    return lines.map((line, at) => (at === hit && line.value !== value ? { ...line, separator: line.separator || ' ', value } : line))
  }
  const last = lines.findLastIndex((line) => line.key !== null)
  return insertKeyLine(lines, last < 0 ? lines.length : last + 1, key, value, lines[last] ?? null)
}

function checkKeyLine(key: string, value: string): void {
  const refuse = (reason: string) => new AppError('edit-conflict', { details: { reason } })
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(key)) throw refuse(`${key} cannot be a key`)
  if (/[\n\r\0]/.test(value)) throw refuse(`the value of ${key} holds a line end or a NUL`)
  if (value === '' || isBlank(value.charAt(0)) || isBlank(value.charAt(value.length - 1))) {
    throw refuse(`the value of ${key} is empty, or starts or ends with a blank`)
  }
}
