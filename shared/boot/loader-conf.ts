import { parseKeyLines, printKeyLines, setKeyLine } from './key-lines.js'

export interface LoaderConf {
  /** A glob on entry ids, or `@saved` and its like. */
  readonly default: string | null
  /** Seconds, or `menu-force`, `menu-hidden`, `menu-disabled`. */
  readonly timeout: string | null
  readonly editor: string | null
  readonly consoleMode: string | null
}

/** What systemd-boot's loader.conf says. The last line of a key counts, double quotes around a value do not (loader.conf(5)). */
export function readLoaderConf(text: string): LoaderConf {
  const lines = parseKeyLines(text)
  const last = (key: string) => unquoted(lines.findLast((line) => line.key === key && line.value !== '')?.value ?? null)
  return { default: last('default'), timeout: last('timeout'), editor: last('editor'), consoleMode: last('console-mode') }
}

function unquoted(value: string | null): string | null {
  return value !== null && value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/**
 * The file with `key` (for example `default`, `timeout`, `console-mode`) set, or all its lines gone where `value` is null.
 * @throws AppError `edit-conflict` with `reason` for a key or value that a line of the file cannot hold.
 */
export function setLoaderConf(text: string, key: string, value: string | null): string {
  const lines = parseKeyLines(text)
  const counted = lines.findLast((line) => line.key === key && line.value !== '')
  if (value !== null && counted !== undefined && unquoted(counted.value) === value) return text
  const isQuotedAsItIs = value !== null && unquoted(value) !== value
  return printKeyLines(setKeyLine(lines, key, isQuotedAsItIs ? `"${value}"` : value, 'last'))
}

/**
 * The glob of loader.conf's `default` line, or null. `@saved` and its like name variables of the machine's firmware,
 * which no image holds (loader.conf(5)).
 */
export function loaderConfDefault(text: string): string | null {
  const glob = readLoaderConf(text).default
  // No file name is that long, and the image chose the pattern.
  return glob === null || glob.startsWith('@') || glob.length > 512 ? null : glob
}
