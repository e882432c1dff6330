import { type ExtlinuxLines, type LabelLines, parseExtlinuxLines, splitMenuValue } from './extlinux-lines.js'
import { argValue, splitArgs } from './kernel-args.js'
import { printKeyLines } from './key-lines.js'

export interface ExtlinuxEntry {
  readonly label: string
  /** `MENU LABEL` less the mark of its hotkey; the label where there is none. */
  readonly title: string
  /** Kernel, or any other file that it starts. */
  readonly linux: string | null
  /** Of `INITRD`, else of the argument `initrd=`. */
  readonly initrds: readonly string[]
  /** Of the label's `APPEND`, else of the global one. */
  readonly args: readonly string[]
  /** Whether the arguments are those of the global `APPEND`. */
  readonly argsAreGlobal: boolean
  /** Device tree file. */
  readonly fdt: string | null
  readonly start: number
  readonly end: number
  readonly isDefault: boolean
}

export interface Extlinux {
  readonly entries: readonly ExtlinuxEntry[]
  readonly default: string | null
  /** Seconds; null where the file does not say. */
  readonly timeout: number | null
  readonly includes: readonly string[]
}

/**
 * Reads extlinux.conf, syslinux.cfg, isolinux.cfg or a PXELINUX file, keywords in any case
 * (wiki.syslinux.org/wiki/index.php?title=Config). `initrd=` in an `APPEND` is an argument, as SYSLINUX has it.
 * @throws AppError `argument-invalid` when an `APPEND` line cannot be split.
 */
export function parseExtlinux(text: string): Extlinux {
  const parsed = parseExtlinuxLines(text)
  const value = (keyword: string) => lastValue(parsed, parsed.global.get(keyword))
  const offsets = lineOffsets(parsed)
  const defaultLabel = defaultOf(parsed)
  const tenths = value('timeout')
  const globalArgs = argsOfLine(value('append'))
  return {
    entries: parsed.labels.map((label) => entryOf(parsed, label, globalArgs, offsets, label === defaultLabel)),
    default: value('default'),
    timeout: tenths !== null && /^\d{1,9}$/.test(tenths) ? Number(tenths) / 10 : null,
    includes: [
      ...(parsed.global.get('include') ?? []).map((at) => parsed.lines[at]?.value ?? ''),
      ...(parsed.global.get('menu include') ?? []).map((at) => splitMenuValue(parsed.lines[at]?.value ?? '').rest),
    ].flatMap((path) => path.split(/[ \t]/)[0] || []),
  }
}

/** `MENU DEFAULT` first, then `DEFAULT`, then the first label. */
function defaultOf(parsed: ExtlinuxLines): LabelLines | undefined {
  const named = lastValue(parsed, parsed.global.get('default'))
  return (
    parsed.labels.findLast((label) => label.lines.has('menu default')) ??
    parsed.labels.find((label) => label.label === named) ??
    parsed.labels[0]
  )
}

function entryOf(
  parsed: ExtlinuxLines,
  label: LabelLines,
  globalArgs: readonly string[] | null,
  offsets: readonly number[],
  isDefault: boolean,
): ExtlinuxEntry {
  const value = (...keywords: string[]) =>
    lastValue(
      parsed,
      keywords.map((keyword) => label.lines.get(keyword)).find((at) => at !== undefined),
    )
  const ownArgs = ownArgsOf(parsed, label)
  const args = ownArgs ?? globalArgs ?? []
  const initrd = value('initrd')
  const named = args.flatMap((arg) => (arg.startsWith('initrd=') ? [argValue(arg) ?? ''] : []))
  const files = initrd === null ? named : [initrd]
  const title = value('menu label')
  return {
    label: label.label,
    title: title === null ? label.label : splitMenuValue(title).rest.replace('^', ''),
    linux: value('linux', 'kernel', 'fit', 'com32', 'boot', 'comboot'),
    initrds: files.flatMap((list) => list.split(/[, \t]/).filter((path) => path !== '')),
    args,
    argsAreGlobal: ownArgs === null && globalArgs !== null,
    fdt: value('fdt', 'devicetree', 'fdtfile'),
    start: offsets[label.first] ?? 0,
    end: offsets[label.end] ?? 0,
    isDefault,
  }
}

function ownArgsOf(parsed: ExtlinuxLines, label: LabelLines): readonly string[] | null {
  return argsOfLine(lastValue(parsed, label.lines.get('append')))
}

/** `APPEND -` means: not even the global one. */
function argsOfLine(line: string | null): readonly string[] | null {
  return line === null ? null : line === '-' ? [] : splitArgs(line)
}

/** Arguments of that label as `parseExtlinux` gives them. Same errors. */
export function argsOf(parsed: ExtlinuxLines, label: LabelLines): readonly string[] {
  return ownArgsOf(parsed, label) ?? argsOfLine(lastValue(parsed, parsed.global.get('append'))) ?? []
}

function lastValue(parsed: ExtlinuxLines, at: readonly number[] | undefined): string | null {
  return parsed.lines[at?.at(-1) ?? -1]?.value ?? null
}

function lineOffsets(parsed: ExtlinuxLines): number[] {
  const offsets = [0]
  for (const line of parsed.lines) offsets.push((offsets.at(-1) ?? 0) + printKeyLines([line]).length)
  return offsets
}
