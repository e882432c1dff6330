import { readBlsEntry, setBlsArgs } from '../boot/bls.js'
import type { BootFile, BootFileKind } from '../boot/boot-entry.js'
import { parseExtlinux, setExtlinuxArgs } from '../boot/extlinux.js'
import { parseGrubCfg, setConsoleBlock, setGrubEntryArgs } from '../boot/grub-cfg.js'
import { readGrubDefault, setGrubDefaultArgs } from '../boot/grub-default.js'
import { parseGrubenv, setGrubenv } from '../boot/grubenv.js'
import { argKey, diffArgs, splitArgs } from '../boot/kernel-args.js'
import { readCmdline, setCmdline } from '../boot/kernel-cmdline.js'
import { readShellVars } from '../boot/shell-vars.js'
import { AppError } from '../errors/app-error.js'

/** One list of kernel arguments in a file. */
export interface ArgList {
  /** The part of the file: `options`, `kernelopts`, `linux of "Debian GNU/Linux"`. */
  readonly what: string
  readonly args: readonly string[]
  /** Whether what the platform wants may be added here: false where the rest of the command line stands elsewhere, or no Linux boots with it. */
  readonly whole: boolean
}

/** The list that is to stand in the place of one. */
export type RewriteArgs = (list: ArgList) => readonly string[]

type Rewrite = (text: string, rewrite: RewriteArgs, usesKernelopts: boolean) => string

/** `$kernelopts` of RHEL 8 and Fedora 30: the arguments stand in grubenv (blscfg of Red Hat's GRUB). */
const KERNELOPTS = /^\$\{?kernelopts\}?$/

const REWRITES: Readonly<Partial<Record<BootFileKind, Rewrite>>> = {
  'bls-entry': (text, rewrite) => {
    const { args, initrds } = readBlsEntry(text)
    return setBlsArgs(text, rewrite({ what: 'options', args, whole: isWhole(args, initrds) }))
  },
  grubenv: (text, rewrite, usesKernelopts) => {
    const value = parseGrubenv(text)?.get('kernelopts')
    if (value === undefined || !usesKernelopts) return text
    const args = splitArgs(value)
    const next = rewrite({ what: 'kernelopts', args, whole: true })
    // grubby ends the value with a blank, so that what an entry puts after it stays apart.
    return same(args, next) ? text : setGrubenv(text, { kernelopts: next.join(' ') + (value.endsWith(' ') ? ' ' : '') })
  },
  'grub-cfg': (text, rewrite) =>
    parseGrubCfg(text).entries.reduce((current, entry) => {
      if (entry.linux === null) return current
      const list = { what: `linux of "${entry.title}"`, args: entry.args, whole: isWhole(entry.args, entry.initrds) }
      return setGrubEntryArgs(current, entry.index, rewrite(list))
    }, text),
  extlinux: (text, rewrite) =>
    parseExtlinux(text).entries.reduce((current, entry) => {
      if (entry.linux === null) return current
      const list = { what: `APPEND of "${entry.label}"`, args: entry.args, whole: isWhole(entry.args, entry.initrds) }
      const next = rewrite(list)
      return same(entry.args, next) ? current : setExtlinuxArgs(current, entry.label, next)
    }, text),
  'kernel-cmdline': (text, rewrite) => setCmdline(text, rewrite({ what: 'for later kernels', args: readCmdline(text), whole: true })),
  'grub-default': rewriteGrubDefault,
}

/** The text of a boot file with each of its lists rewritten. Throws what the file's own writer throws. */
export function rewriteArgs(file: BootFile, rewrite: RewriteArgs, usesKernelopts: boolean): string {
  return REWRITES[file.kind]?.(file.text, rewrite, usesKernelopts) ?? file.text
}

/** Kinds of files whose lists `rewriteArgs` knows. */
export function holdsArgs(file: BootFile): boolean {
  return REWRITES[file.kind] !== undefined
}

/** Whether any entry takes its arguments from grubenv. */
export function namesKernelopts(files: readonly BootFile[]): boolean {
  return files.some((file) => (file.kind === 'bls-entry' || file.kind === 'grub-cfg') && /\$\{?kernelopts\b/.test(file.text))
}

/** The script with these lines in its console block, where it has one. */
export function rewriteConsoleBlock(
  file: BootFile,
  lines: readonly string[],
): { readonly text: string; readonly before: readonly string[] } | null {
  const block = file.kind === 'grub-cfg' ? parseGrubCfg(file.text).consoleBlock : null
  if (block === null) return null
  return { text: setConsoleBlock(file.text, lines), before: block.text.split(/\r?\n/).filter((line) => line !== '') }
}

/** Memory tests, shells and firmware set-up take no arguments of ours: a system has a root or an initial RAM disk. */
function isWhole(args: readonly string[], initrds: readonly string[]): boolean {
  if (args.some((arg) => KERNELOPTS.test(arg))) return false
  return initrds.length > 0 || args.some((arg) => ['root', 'ostree', 'initrd'].includes(argKey(arg)))
}

/** grub-mkconfig writes GRUB_CMDLINE_LINUX and then GRUB_CMDLINE_LINUX_DEFAULT: both are rewritten as one list, which is cut again. */
function rewriteGrubDefault(text: string, rewrite: RewriteArgs): string {
  const variables = readShellVars(text)
  const { cmdlineLinux, cmdlineLinuxDefault } = readGrubDefault(text)
  if (!variables.has('GRUB_CMDLINE_LINUX') && !variables.has('GRUB_CMDLINE_LINUX_DEFAULT')) return text
  const before = [...cmdlineLinux, ...cmdlineLinuxDefault]
  const after = rewrite({ what: 'for later kernels', args: before, whole: true })
  if (same(before, after)) return text
  const [first, second] = splitBack(before, after, cmdlineLinux.length)
  const withFirst = same(first, cmdlineLinux) ? text : setGrubDefaultArgs(text, 'GRUB_CMDLINE_LINUX', first)
  return same(second, cmdlineLinuxDefault) ? withFirst : setGrubDefaultArgs(withFirst, 'GRUB_CMDLINE_LINUX_DEFAULT', second)
}

/** The second list begins where the first argument of the old one is kept or replaced; their order never changes. */
function splitBack(before: readonly string[], after: readonly string[], cut: number): [string[], string[]] {
  let [read, written] = [0, 0]
  for (const row of diffArgs(before, after)) {
    if (row.state !== 'added' && read >= cut) return [after.slice(0, written), after.slice(written)]
    if (row.state !== 'added') read += 1
    if (row.state !== 'removed') written += 1
  }
  return [[...after], []]
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((arg, at) => arg === other[at])
}

/** Why a list stays as it is, in words. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AppError) return String(thrown.data.details.reason ?? thrown.code)
  return thrown instanceof Error ? thrown.message : String(thrown)
}
