import { AppError } from '../errors/app-error.js'
import { placeArgs, sameArgs } from './arg-lines.js'
import { checkArg, splitArgs, splitArgTokens } from './kernel-args.js'
import { insertKeyLine, type KeyLine, parseKeyLines, printKeyLines, setKeyLine } from './key-lines.js'

export type BlsLine = KeyLine

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
  readonly devicetree: string | null
  readonly devicetreeOverlays: readonly string[]
  /** Keys that only GRUB's blscfg knows: who may start the entry, its argument, and its classes for the theme. */
  readonly grubUsers: string | null
  readonly grubArg: string | null
  readonly grubClass: string | null
}

/**
 * Splits a boot loader specification type 1 entry into lines that print back to the same text.
 * https://uapi-group.org/specifications/specs/boot_loader_specification/#type-1-boot-loader-entry-keys
 */
export function parseBls(text: string): BlsLine[] {
  return parseKeyLines(text)
}

export function printBls(lines: readonly BlsLine[]): string {
  return printKeyLines(lines)
}

/**
 * What an entry says. Of a key that may stand once only, the first line counts (as in GRUB's blscfg).
 * `$kernelopts`, `$tuned_params` and the like are plain arguments here.
 * @throws AppError `argument-invalid` when its options cannot be split.
 */
export function readBlsEntry(text: string): BlsEntry {
  const lines = parseBls(text)
  const first = (key: string) => lines.find((line) => line.key === key)?.value || null
  const words = (key: string) =>
    lines.filter((line) => line.key === key).flatMap((line) => line.value.split(/[ \t]+/).filter((part) => part !== ''))
  return {
    title: first('title'),
    version: first('version'),
    linux: first('linux'),
    efi: first('efi'),
    initrds: words('initrd'),
    args: lines.filter((line) => line.key === 'options').flatMap((line) => splitArgs(line.value)),
    sortKey: first('sort-key'),
    machineId: first('machine-id'),
    architecture: first('architecture'),
    devicetree: first('devicetree'),
    devicetreeOverlays: words('devicetree-overlay'),
    grubUsers: first('grub_users'),
    grubArg: first('grub_arg'),
    grubClass: first('grub_class'),
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
  const places = lines.flatMap((line, at) => (line.key === 'options' ? [at] : []))
  const tokens = places.map((at) => splitArgTokens(lines[at]?.value ?? ''))
  const before = tokens.flatMap((list) => list.map((token) => token.arg))
  if (sameArgs(before, args)) return text
  if (places.length === 0) {
    const linuxAt = lines.findIndex((line) => line.key === 'linux' || line.key === 'efi')
    const at = linuxAt < 0 ? lines.length : linuxAt + 1
    return printBls(insertKeyLine(lines, at, 'options', args.join(' '), lines[linuxAt] ?? null))
  }
  const values = new Map(placeArgs(tokens, args).map((value, index) => [places[index], value]))
  return printBls(
    lines.flatMap((line, at) => {
      const value = values.get(at)
      if (value === undefined || (value === null && line.value === '')) return [line]
      return value === null ? [] : [{ ...line, separator: line.separator || ' ', value }]
    }),
  )
}

/**
 * The entry with `key` (title, version, sort-key …) set, or all its lines gone where `value` is null.
 * @throws AppError `edit-conflict` with `reason` for a key or value that a line of the entry cannot hold, and for
 * `options`, which `setBlsArgs` sets.
 */
export function setBlsKey(text: string, key: string, value: string | null): string {
  if (key === 'options') throw new AppError('edit-conflict', { details: { reason: 'kernel arguments are set one by one' } })
  return printBls(setKeyLine(parseBls(text), key, value, 'first'))
}

export interface BootCounter {
  /** Tries that are left; an entry with 0 is taken for bad. */
  readonly left: number
  /** Failed tries so far. */
  readonly done: number
}

/**
 * The boot counter in an entry's file name, `fedora+3-1.conf`: null without one.
 * https://uapi-group.org/specifications/specs/boot_loader_specification/#boot-counting
 */
export function parseCounter(fileName: string): BootCounter | null {
  const found = /\+(\d{1,9})(?:-(\d{1,9}))?\.(?:conf|efi)$/i.exec(fileName.slice(-64))
  return found === null ? null : { left: Number(found[1]), done: Number(found[2] ?? 0) }
}
