import { alignLists } from '../text/align-lists.js'
import { checkArg, splitArgs, splitArgTokens } from './kernel-args.js'

/** One line of an entry. A line that is no `key value` (comment, blank) has `key` null and all its text in `value`. */
export interface BlsLine {
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

export interface BlsEntry {
  readonly title: string | null
  readonly version: string | null
  readonly linux: string | null
  /** EFI program of an entry that starts no kernel. */
  readonly efi: string | null
  readonly initrds: readonly string[]
  /** Arguments of all `options` lines in order. */
  readonly args: readonly string[]
  readonly sortKey: string | null
  readonly machineId: string | null
  readonly architecture: string | null
}

/**
 * Splits a boot loader specification type 1 entry into lines that print back to the same text.
 * https://uapi-group.org/specifications/specs/boot_loader_specification/#type-1-boot-loader-entry-keys
 */
export function parseBls(text: string): BlsLine[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(parseLine)
}

function parseLine(line: string): BlsLine {
  const end = /\r?\n$/.exec(line)?.[0] ?? ''
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

export function printBls(lines: readonly BlsLine[]): string {
  return lines.map((line) => line.indent + (line.key ?? '') + line.separator + line.value + line.trail + line.end).join('')
}

/**
 * What an entry says. Of a key that may stand once only, the first line counts (as in GRUB's blscfg).
 * `$kernelopts`, `$tuned_params` and the like are plain arguments here.
 * @throws AppError `argument-invalid` when its options cannot be split.
 */
export function readBlsEntry(text: string): BlsEntry {
  const lines = parseBls(text)
  const first = (key: string) => lines.find((line) => line.key === key)?.value || null
  return {
    title: first('title'),
    version: first('version'),
    linux: first('linux'),
    efi: first('efi'),
    initrds: lines.filter((line) => line.key === 'initrd').flatMap((line) => line.value.split(/[ \t]+/).filter((part) => part !== '')),
    args: lines.filter((line) => line.key === 'options').flatMap((line) => splitArgs(line.value)),
    sortKey: first('sort-key'),
    machineId: first('machine-id'),
    architecture: first('architecture'),
  }
}

/**
 * The entry with `args` as its kernel arguments and every other byte as it was: kept arguments stay on their
 * `options` line with the blanks before them, new ones follow their neighbour, an emptied line goes, and where there
 * is no `options` line one is added below `linux`.
 * @throws AppError `argument-invalid` when an argument, or the options that stand there, cannot be parsed.
 */
export function setBlsArgs(text: string, args: readonly string[]): string {
  args.forEach(checkArg)
  const lines = parseBls(text)
  const old = lines.flatMap((line, at) => (line.key === 'options' ? splitArgTokens(line.value).map((token) => ({ ...token, at })) : []))
  const before = old.map((token) => token.arg)
  if (before.length === args.length && before.every((arg, at) => arg === args[at])) return text
  const firstOptions = lines.findIndex((line) => line.key === 'options')
  if (firstOptions < 0) return printBls(withNewOptions(lines, args))

  const values = new Map<number, string>()
  let at = old[0]?.at ?? firstOptions
  for (const row of alignLists(before, args)) {
    const token = row.before === null ? undefined : old[row.before]
    at = token?.at ?? at
    if (row.after === null) continue
    const value = values.get(at) ?? ''
    const lead = value === '' ? '' : token?.lead || ' '
    values.set(at, value + lead + (args[row.after] ?? ''))
  }
  const emptied = (line: BlsLine, index: number) => line.key === 'options' && line.value !== '' && !values.has(index)
  return printBls(
    lines.flatMap((line, index) => {
      const value = values.get(index)
      if (value === undefined) return emptied(line, index) ? [] : [line]
      return [{ ...line, separator: line.separator || ' ', value }]
    }),
  )
}

function withNewOptions(lines: readonly BlsLine[], args: readonly string[]): BlsLine[] {
  const linuxAt = lines.findIndex((line) => line.key === 'linux' || line.key === 'efi')
  const at = linuxAt < 0 ? lines.length - 1 : linuxAt
  const above = lines[at]
  const style = linuxAt < 0 ? undefined : above
  const lineEnd = lines.find((line) => line.end !== '')?.end ?? '\n'
  const options: BlsLine = {
    indent: style?.indent ?? '',
    key: 'options',
    separator: separatorLike(style),
    value: args.join(' '),
    trail: '',
    end: above === undefined ? lineEnd : above.end,
  }
  if (above === undefined) return [options]
  return [...lines.slice(0, at), { ...above, end: above.end || lineEnd }, options, ...lines.slice(at + 1)]
}

/** A file whose values are aligned in a column keeps its column. */
function separatorLike(line: BlsLine | undefined): string {
  if (line === undefined || line.separator === '') return ' '
  if (!/^ {2,}$/.test(line.separator)) return line.separator
  return ' '.repeat(Math.max(1, (line.key ?? '').length + line.separator.length - 'options'.length))
}
