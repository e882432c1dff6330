import type { ArgChange } from '../edits/arg-change.js'
import { AppError } from '../errors/app-error.js'
import type { BootFile } from './boot-entry.js'
import { type GrubArgsVariable, readGrubDefault, setGrubDefaultArgs } from './grub-default.js'
import { applyArgChange, argKey, argValue, diffArgs } from './kernel-args.js'
import { readCmdline, setCmdline } from './kernel-cmdline.js'
import { readShellVars } from './shell-vars.js'

/** A place from which the next kernel update, or grub-mkconfig, takes the arguments of the entries that it writes. */
export interface ArgumentStore {
  readonly kind: 'kernel-cmdline' | 'grub-default'
  /** Of `/etc/kernel/cmdline` its arguments; of the GRUB settings those of both variables, in the order of the `linux` line. */
  readonly args: readonly string[]
  /** The files that say it, in reading order. */
  readonly files: readonly BootFile[]
}

export function findArgumentStores(files: readonly BootFile[]): ArgumentStore[] {
  const cmdline = files.filter((file) => file.kind === 'kernel-cmdline')
  const grub = grubDefaultFiles(files)
  return [
    ...cmdline.map((file): ArgumentStore => ({ kind: 'kernel-cmdline', args: lenient(() => readCmdline(file.text)), files: [file] })),
    ...(grub.length === 0 ? [] : [{ kind: 'grub-default' as const, args: grubArgs(grub), files: grub }]),
  ]
}

/** /etc/default/grub, then its drop-ins by name, as Debian's grub-mkconfig reads them. */
export function grubDefaultFiles(files: readonly BootFile[]): BootFile[] {
  const all = files.filter((file) => file.kind === 'grub-default')
  const isDropIn = (file: BootFile) => file.path.includes('/default/grub.d/')
  const byPath = (left: BootFile, right: BootFile) => (left.path < right.path ? -1 : 1)
  return [...all.filter((file) => !isDropIn(file)), ...all.filter(isDropIn).sort(byPath)]
}

const VARIABLES = ['GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT'] as const

function grubArgs(files: readonly BootFile[]): string[] {
  return VARIABLES.flatMap((name) => variableOf(files, name).args)
}

/** The file whose assignment counts; `$NAME` in it stands for what the files before it say. */
function variableOf(files: readonly BootFile[], name: GrubArgsVariable): { file: BootFile | undefined; args: string[] } {
  return files.reduce<{ file: BootFile | undefined; args: string[] }>(
    (before, file) => {
      if (!readShellVars(file.text).has(name)) return before
      const own = ownArgs(file, name)
      return { file, args: own.flatMap((arg) => (arg === `$${name}` || arg === `\${${name}}` ? before.args : [arg])) }
    },
    { file: undefined, args: [] },
  )
}

function ownArgs(file: BootFile, name: GrubArgsVariable): readonly string[] {
  const settings = readGrubDefault(file.text)
  return name === 'GRUB_CMDLINE_LINUX' ? settings.cmdlineLinux : settings.cmdlineLinuxDefault
}

export interface StoreChange {
  readonly file: BootFile
  readonly text: string
}

/**
 * The stores with changes, as far as they apply: what is to be removed and is not there is left out, and so is what is to be added
 * and is there. Empty where nothing changes.
 * @throws AppError `argument-invalid`, `edit-conflict` where a file's own syntax is in the way
 */
export function changeArgumentStores(files: readonly BootFile[], changes: readonly ArgChange[]): StoreChange[] {
  const texts = new Map<BootFile, string>()
  for (const store of findArgumentStores(files)) {
    for (const file of store.files)
      if (file.problem !== null) throw new AppError('edit-conflict', { details: { path: file.path, reason: file.problem } })
    if (store.kind === 'kernel-cmdline') {
      const [file] = store.files
      if (file) texts.set(file, setCmdline(file.text, applied(store.args, changes)))
    } else for (const [file, text] of changeGrubDefault(store.files, changes)) texts.set(file, text)
  }
  return [...texts].flatMap(([file, text]) => (text === file.text ? [] : [{ file, text }]))
}

function changeGrubDefault(files: readonly BootFile[], changes: readonly ArgChange[]): Map<BootFile, string> {
  const texts = new Map<BootFile, string>()
  let current = [...files]
  for (const change of changes) {
    const target = grubTarget(current, change)
    if (!target) continue
    const text = setGrubDefaultArgs(target.file.text, target.name, applied(ownArgs(target.file, target.name), [change]))
    const original = files[current.indexOf(target.file)]
    current = current.map((file) => (file === target.file ? { ...file, text } : file))
    if (original) texts.set(original, text)
  }
  return texts
}

/** Where the argument stands; a new one goes behind all others: into the variable for normal entries where that is in use. */
function grubTarget(files: readonly BootFile[], change: ArgChange): { file: BootFile; name: GrubArgsVariable } | null {
  const [first] = files
  if (!first || change.op === 'set') return null
  const holders = VARIABLES.map((name) => ({ name, ...variableOf(files, name) }))
  const wanted = change.op === 'replace' ? `${change.key}=${change.from}` : change.arg
  const holder = holders.find(({ args }) => args.includes(wanted))
  if (change.op === 'append') {
    if (holder) return null
    const used = holders.findLast(({ args }) => args.length > 0) ?? holders[0]
    return used ? { file: used.file ?? first, name: used.name } : null
  }
  if (!holder?.file) return null
  // The argument may come through `$NAME` from a file before.
  const source = files.findLast((file) => ownArgs(file, holder.name).includes(wanted))
  return source ? { file: source, name: holder.name } : null
}

function applied(args: readonly string[], changes: readonly ArgChange[]): string[] {
  return changes.reduce<string[]>(
    (list, change) => {
      if (change.op === 'append' && list.includes(change.arg)) return list
      return lenientChange(list, change)
    },
    [...args],
  )
}

function lenientChange(args: string[], change: ArgChange): string[] {
  try {
    return applyArgChange(args, change.op === 'append' || change.op === 'set' ? change : { ...change, index: undefined })
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'argument-not-found') return args
    throw thrown
  }
}

/** `set` means the whole list of one entry: for another list it is the single changes that lead there. */
export function asSingleChanges(before: readonly string[], changes: readonly ArgChange[]): ArgChange[] {
  let current = [...before]
  return changes.flatMap((change): ArgChange[] => {
    const after = applyArgChange(current, change)
    const single = change.op === 'set' ? changesBetween(current, after) : [change]
    current = after
    return single
  })
}

function changesBetween(before: readonly string[], after: readonly string[]): ArgChange[] {
  const rows = diffArgs(before, after)
  const removed = rows.filter(({ state }) => state === 'removed').map(({ arg }) => arg)
  const added = rows.filter(({ state }) => state === 'added').map(({ arg }) => arg)
  // What only moves is in both lists, and its place in another list is that list's own.
  const gone = without(removed, added)
  const come = without(added, removed)
  const pairs = new Map(
    gone.flatMap((old) =>
      come
        .filter((arg) => replaces(old, arg))
        .slice(0, 1)
        .map((arg) => [old, arg] as const),
    ),
  )
  const replacing = new Set(pairs.values())
  return [
    ...gone.map((old): ArgChange => {
      const next = pairs.get(old)
      return next === undefined
        ? { op: 'delete', arg: old }
        : { op: 'replace', key: argKey(old), from: argValue(old) ?? '', to: argValue(next) ?? '' }
    }),
    ...come.filter((arg) => !replacing.has(arg)).map((arg): ArgChange => ({ op: 'append', arg })),
  ]
}

function without(list: readonly string[], others: readonly string[]): string[] {
  return list.filter((arg) => !others.includes(arg))
}

function replaces(from: string, to: string): boolean {
  return argKey(from) === argKey(to) && argValue(from) !== null && argValue(to) !== null
}

function lenient(read: () => string[]): string[] {
  try {
    return read()
  } catch {
    return []
  }
}
