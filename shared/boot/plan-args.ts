import type { ArgChange } from '../edits/arg-change.js'
import { AppError } from '../errors/app-error.js'
import { readEntries } from './analyse-boot.js'
import type { FoundEntry } from './analyse-facts.js'
import { setBlsArgs } from './bls.js'
import type { BootEntry, BootFile } from './boot-entry.js'
import { changeEntryArgs, effectiveArgs, expandEntryArgs } from './entry-args.js'
import { setExtlinuxArgs } from './extlinux.js'
import { setGrubEntryArgs } from './grub-cfg.js'
import { type GrubVariable, grubValues, grubVariables } from './grub-variables.js'
import { parseGrubenv, setGrubenv } from './grubenv.js'
import { setArgsOfText } from './arg-lines.js'
import { applyArgChange } from './kernel-args.js'

export interface ArgsPlan {
  /** Files with their new texts. */
  readonly texts: ReadonlyMap<BootFile, string>
  /** Unified kernel images, by `BootFile.id`, with their new command line. */
  readonly cmdlines: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

interface Work {
  readonly texts: Map<string, string>
  readonly cmdlines: Map<string, string>
  readonly notes: Set<string>
}

/**
 * Changes of kernel arguments, each in the place that the argument comes from. Of several entries, one that lacks an argument is
 * passed over as long as another one has it.
 * @throws AppError `argument-not-found`, `argument-invalid`, `edit-conflict` where a place cannot hold it
 */
export function planArgChanges(files: readonly BootFile[], chosen: readonly BootEntry[], changes: readonly ArgChange[]): ArgsPlan {
  const found = readEntries(files, { ukis: new Map() })
  const ids = new Set(chosen.map(({ id }) => id))
  const rows = chosen.flatMap(({ id }) => found.find(({ entry }) => entry.id === id) ?? [])
  const wanted = wantedArgs(rows, changes)
  const work: Work = { texts: new Map(), cmdlines: new Map(), notes: new Set() }
  const values = new Map<string, string>()
  for (const row of rows) changeOne(files, found, row, wanted.get(row) ?? [], changes, ids, work, values)
  const byId = new Map(files.map((file) => [file.id, file]))
  const texts = [...work.texts].flatMap(([id, text]) => {
    const file = byId.get(id)
    if (!file || text === file.text) return []
    if (file.problem !== null) throw conflict(file.path, file.problem)
    return [[file, text] as const]
  })
  return { texts: new Map(texts), cmdlines: work.cmdlines, notes: [...work.notes] }
}

/** What each entry is to have; a change that no entry takes is an error. */
function wantedArgs(rows: readonly FoundEntry[], changes: readonly ArgChange[]): Map<FoundEntry, string[]> {
  const current = new Map(rows.map((row) => [row, [...row.entry.args]]))
  for (const change of changes) {
    const failures: unknown[] = []
    for (const row of rows) {
      try {
        current.set(row, applyArgChange(current.get(row) ?? [], change))
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'argument-not-found') throw thrown
        failures.push(thrown)
      }
    }
    if (failures.length === rows.length && rows.length > 0) throw failures[0]
  }
  return current
}

function changeOne(
  files: readonly BootFile[],
  found: readonly FoundEntry[],
  row: FoundEntry,
  wanted: readonly string[],
  changes: readonly ArgChange[],
  chosen: ReadonlySet<string>,
  work: Work,
  changedValues: Map<string, string>,
): void {
  const { entry } = row
  const isGrub = entry.loader === 'bls' || entry.loader === 'grub'
  const variables = isGrub ? grubVariables(files, entry.partition) : null
  const values = grubValues(variables)
  // A place that an entry before has changed holds what this one is to have already.
  const now =
    values &&
    new Map([...values].map(([name, value]) => [name, changedValues.get(`${variables?.get(name)?.file.id ?? ''}\n${name}`) ?? value]))
  const nodes = expandEntryArgs(
    row.nodes.map(({ raw }) => raw),
    now,
  )
  const present = effectiveArgs(nodes)
  if (sameList(present, wanted)) return
  const isUntouched = sameList(present, entry.args)
  const applies = isUntouched && canApply(present, changes)
  const place = (name: string) => variables?.get(name)?.file.id
  const users = (name: string) =>
    found.filter((other) => other.nodes.some((node) => node.kind === 'variable' && node.name === name) && other.entry.problem === null)
  const isShared = (name: string) => {
    if (place(name) === undefined) return true
    const others = users(name)
    // All get it at once where it comes last in each of them.
    const isAll =
      others.every((other) => chosen.has(other.entry.id) && endsWith(other.nodes, name)) && changes.every(({ op }) => op !== 'set')
    return others.length > 1 && !isAll
  }
  const result = changeEntryArgs(nodes, applies ? changes : [{ op: 'set', args: [...wanted] }], isShared)
  if (result.fixed.length > 0)
    throw conflict(entry.path, `${result.fixed.join(' ')} comes from a variable that stands for more than this argument`)
  for (const arg of result.keptApart) {
    work.notes.add(`${arg} went into the options of "${entry.title}" itself: the place beside it is shared with other entries`)
  }
  for (const [name, args] of result.variables) {
    const variable = variables?.get(name)
    if (!variable) throw conflict(entry.path, `nothing says what $${name} is`)
    changedValues.set(`${variable.file.id}\n${name}`, writeVariable(files, name, variable, args, work))
    const others = users(name).filter((other) => !chosen.has(other.entry.id)).length
    if (others > 0)
      work.notes.add(
        `It changes ${others === 1 ? '1 other entry' : `${others} other entries`} too, which take${others === 1 ? 's' : ''} $${name}`,
      )
  }
  writeOwn(files, row, result.own, work)
}

function endsWith(nodes: FoundEntry['nodes'], variable: string): boolean {
  const last = nodes.findLast((node) => node.kind === 'arg' || node.args.length > 0)
  return last?.kind === 'variable' && last.name === variable
}

/** False where an argument is missing, which is another entry's. */
function canApply(args: readonly string[], changes: readonly ArgChange[]): boolean {
  try {
    changes.reduce<readonly string[]>((list, change) => applyArgChange(list, change), args)
    return true
  } catch {
    return false
  }
}

/** Into the environment block, whose value wins; returns what it holds then. */
function writeVariable(files: readonly BootFile[], name: string, variable: GrubVariable, args: readonly string[], work: Work): string {
  const value = setArgsOfText(variable.value, args)
  const { file } = variable
  if (file.kind === 'grubenv') {
    work.texts.set(file.id, setGrubenv(work.texts.get(file.id) ?? file.text, { [name]: value }))
    return value
  }
  // A script that sets it only where nothing else did leaves it to the environment block.
  const isFallback = new RegExp(`-z\\s+"?\\$\\{?${name}\\b`).test(file.text)
  const block = files.find((each) => each.kind === 'grubenv' && each.partition === file.partition && parseGrubenv(each.text) !== null)
  if (!isFallback || !block) throw conflict(file.path, `the script sets ${name} itself`)
  work.texts.set(block.id, setGrubenv(work.texts.get(block.id) ?? block.text, { [name]: value }))
  work.notes.add(`${name} was put in ${block.path}, which wins over the value that ${file.path} falls back to`)
  return value
}

function writeOwn(files: readonly BootFile[], row: FoundEntry, raws: readonly string[], work: Work): void {
  const { entry } = row
  const before = row.nodes.map(({ raw }) => raw)
  const file = files.find(({ id }) => id === entry.file)
  if (!file || sameList(before, raws)) return
  if (entry.loader === 'uki') {
    work.cmdlines.set(file.id, setArgsOfText(file.text, raws, file.text.replace(/[\r\n]/g, ' ')))
    return
  }
  const text = work.texts.get(file.id) ?? file.text
  const name = entry.id.slice(file.id.length + 1)
  if (entry.loader === 'bls') work.texts.set(file.id, setBlsArgs(text, raws))
  else if (entry.loader === 'grub') work.texts.set(file.id, setGrubEntryArgs(text, name, raws))
  else work.texts.set(file.id, setExtlinuxArgs(text, name, raws))
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at])
}

function conflict(path: string, reason: string): AppError {
  return new AppError('edit-conflict', { details: { path, reason } })
}
