import { AppError } from '../errors/app-error.js'
import { sameArgs } from './arg-lines.js'
import { argOfWord, setArgWords } from './grub-args.js'
import { findMenu, type MenuNode } from './grub-menu.js'
import { findConsoleBlock, findSettings } from './grub-settings.js'
import { parseGrubTree } from './grub-tree.js'
import { type GrubWord, quoteGrub } from './grub-words.js'
import { checkArg } from './kernel-args.js'
import { spliceAll } from './splice.js'

/**
 * The script with `args` on the `linux` line of that entry; every other byte stays. Where an entry has several such
 * lines (an `if` for BIOS and EFI), those with the same arguments as the first change together.
 * @throws AppError `argument-invalid`; `edit-conflict` with `reason` where there is no such entry, or it has no kernel.
 */
export function setGrubEntryArgs(text: string, index: string, args: readonly string[]): string {
  args.forEach(checkArg)
  const node = nodeAt(text, index)
  const first = node.kernels[0]
  if (first === undefined) throw conflict(`the entry "${node.title}" loads no kernel`)
  const before = first.args.map(argOfWord)
  if (sameArgs(before, args)) return text
  const same = node.kernels.filter((kernel) => sameArgs(kernel.args.map(argOfWord), before))
  const splices = same.map(({ path, args: words }) => {
    return { start: path.end, end: words.at(-1)?.end ?? path.end, text: setArgWords(text, path.end, words, args) }
  })
  const result = spliceAll(text, splices)
  const read = findMenu(parseGrubTree(result)).find((each) => each.index === index)
  if (read?.title !== node.title || !sameArgs(read.kernels[0]?.args.map(argOfWord) ?? [], args)) {
    throw conflict(`the script's own syntax keeps the arguments of "${node.title}" from being set`)
  }
  return result
}

/** The script with another title for that entry or submenu, quoted anew. Errors as `setGrubEntryArgs`. */
export function setGrubEntryTitle(text: string, index: string, title: string): string {
  const { titleWord } = nodeAt(text, index)
  if (titleWord.value === title) return text
  return withMenu(splice(text, titleWord.start, titleWord.end, quotedLine(title)), index, title, sizeOfMenu(text))
}

/**
 * The script with another default entry: a place, an id, or a title. What is chosen for one boot only
 * (`next_entry`) stays; a variable (`${saved_entry}`) stays one. Without a `set default=` one is added before the menu.
 * @throws AppError `edit-conflict` with `reason` for a value that is not one line.
 */
export function setGrubDefault(text: string, value: string): string {
  return setSetting(text, 'default', value)
}

/**
 * The script with another timeout. The same number also stands for GRUB releases without `timeout_style`: every place
 * with the number that counted changes, others (after a failed boot) stay.
 * @throws AppError `edit-conflict` with `reason` when it is no whole number of seconds from -1.
 */
export function setGrubTimeout(text: string, seconds: number): string {
  if (!Number.isInteger(seconds) || seconds < -1 || seconds > 2_147_483_647) throw conflict('a timeout is a whole number of seconds, or -1')
  return setSetting(text, 'timeout', String(seconds))
}

function setSetting(text: string, name: 'default' | 'timeout', value: string): string {
  const commands = parseGrubTree(text)
  const settings = findSettings(commands).filter((setting) => setting.name === name)
  const counted = settings.at(-1)
  if (counted?.value === value) return text
  const quoted = name === 'timeout' ? value : quotedLine(value)
  if (counted === undefined) {
    const first = findMenu(commands)[0]
    const at = first === undefined ? text.length : lineStartOf(text, first.command.start)
    const lead = at === 0 || text.charAt(at - 1) === '\n' ? '' : lineEndOf(text)
    return verified(splice(text, at, at, `${lead}set ${name}=${quoted}${lineEndOf(text)}`), name, value)
  }
  const changed = name === 'timeout' ? settings.filter((setting) => setting.value === counted.value) : [counted]
  const splices = changed.map(({ at }) => ({ ...at, text: quotedLike(text.slice(at.start, at.end), value, quoted) }))
  return verified(spliceAll(text, splices), name, value)
}

function quotedLike(old: string, value: string, quoted: string): string {
  if (/^\$\{?[a-z_]+\}?$/.test(value)) return `"${value}"`
  if (/^[A-Za-z0-9_.:/-]*$/.test(value))
    return old.startsWith('"') ? `"${value}"` : old.startsWith("'") || value === '' ? `'${value}'` : value
  return old.startsWith('"') && !/["\\$]/.test(value) ? `"${value}"` : quoted
}

function verified(text: string, name: string, value: string): string {
  if (findSettings(parseGrubTree(text)).findLast((setting) => setting.name === name)?.value === value) return text
  throw conflict(`the script's own syntax keeps ${name} from being set`)
}

/**
 * The script with `lines` between the console markers, or nothing between them where it is null or empty.
 * @throws AppError `edit-conflict` with `reason` where there are lines and no markers, or a line is not one.
 */
export function setConsoleBlock(text: string, lines: readonly string[] | null): string {
  const block = findConsoleBlock(text)
  if (block === null) {
    if (lines === null || lines.length === 0) return text
    throw conflict('it has no lines CONSOLE-SETTINGS-START and CONSOLE-SETTINGS-END')
  }
  for (const line of lines ?? [])
    if (/[\n\r\0]/.test(line) || line.includes('CONSOLE-SETTINGS-')) throw conflict('a console setting is one line')
  const present = block.text.split(/\r?\n/).slice(0, -1)
  if (sameArgs(present, lines ?? [])) return text
  return splice(text, block.start, block.end, (lines ?? []).map((line) => line + lineEndOf(text)).join(''))
}

/**
 * The script with a copy of that entry below it, with its own title and id.
 * @throws AppError `edit-conflict` as `setGrubEntryArgs`, and where the entry shares its lines with something else.
 */
export function duplicateGrubEntry(text: string, index: string, names: { readonly title: string; readonly id: string }): string {
  const node = nodeAt(text, index)
  const range = linesOf(text, node)
  const words: [GrubWord, string][] = [[node.titleWord, quotedLine(names.title)]]
  const id = quotedLine(names.id)
  if (node.id === null) words[0] = [node.titleWord, `${quotedLine(names.title)} --id ${id}`]
  else words.push([node.id, id])
  const copy = words
    .sort(([left], [right]) => right.start - left.start)
    .reduce((rest, [word, raw]) => splice(rest, word.start - range.start, word.end - range.start, raw), text.slice(range.start, range.end))
  return withMenu(insertLines(text, range.end, copy), nextPlace(index), names.title, sizeOfMenu(text) + sizeOfMenu(copy))
}

/** The script without that entry or submenu and its lines. Errors as `duplicateGrubEntry`. */
export function removeGrubEntry(text: string, index: string): string {
  const range = linesOf(text, nodeAt(text, index))
  return splice(text, range.start, range.end, '')
}

/**
 * The script with that entry before another one, or last in its own menu where `before` is null. Errors as
 * `duplicateGrubEntry`, and where a submenu would move into itself.
 */
export function moveGrubEntry(text: string, index: string, before: string | null): string {
  if (before !== null && (before === index || before.startsWith(`${index}>`))) {
    if (before === index) return text
    throw conflict('a submenu cannot move into itself')
  }
  const range = linesOf(text, nodeAt(text, index))
  const block = text.slice(range.start, range.end)
  const last = findMenu(parseGrubTree(text)).findLast((node) => parentOf(node.index) === parentOf(index))
  const target = before === null ? linesOf(text, last ?? nodeAt(text, index)).end : linesOf(text, nodeAt(text, before)).start
  if (target === range.start || target === range.end) return text
  return target < range.start
    ? insertLines(splice(text, range.start, range.end, ''), target, block)
    : splice(insertLines(text, target, block), range.start, range.end, '')
}

/** An open quote elsewhere in the script would take in what was written: then the edit is refused. */
function withMenu(text: string, index: string, title: string, size: number): string {
  const menu = findMenu(parseGrubTree(text))
  if (menu.length === size && menu.find((node) => node.index === index)?.title === title) return text
  throw conflict("the script's own syntax keeps the entry from being written")
}

function sizeOfMenu(text: string): number {
  return findMenu(parseGrubTree(text)).length
}

function nextPlace(index: string): string {
  const cut = index.lastIndexOf('>') + 1
  return index.slice(0, cut) + String(Number(index.slice(cut)) + 1)
}

function parentOf(index: string): string {
  return index.slice(0, Math.max(0, index.lastIndexOf('>')))
}

function nodeAt(text: string, index: string): MenuNode {
  const node = findMenu(parseGrubTree(text)).find((each) => each.index === index)
  if (node === undefined) throw conflict(`it has no entry at the place ${index} of its menu`)
  return node
}

/** The whole lines of an entry, with the last one's end. */
function linesOf(text: string, node: MenuNode): { start: number; end: number } {
  const start = lineStartOf(text, node.command.start)
  const lineEnd = text.indexOf('\n', node.command.end)
  const end = lineEnd < 0 ? text.length : lineEnd + 1
  const around = text.slice(start, node.command.start) + text.slice(node.command.end, end)
  if (around.trim() !== '') throw conflict(`the entry "${node.title}" shares its lines with other commands`)
  return { start, end }
}

/** Inserts whole lines; a line without an end, in front of them or the last of them, gets one or gives it up. */
function insertLines(text: string, at: number, lines: string): string {
  const lineEnd = lineEndOf(text)
  if (at > 0 && text.charAt(at - 1) !== '\n') return text.slice(0, at) + lineEnd + lines.replace(/\r?\n$/, '') + text.slice(at)
  return splice(text, at, at, lines.endsWith('\n') ? lines : lines + lineEnd)
}

function quotedLine(value: string): string {
  if (/[\n\r\0]/.test(value)) throw conflict('a name holds a line end or a NUL')
  return quoteGrub(value)
}

function lineStartOf(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

function lineEndOf(text: string): string {
  const at = text.indexOf('\n')
  return at > 0 && text.charAt(at - 1) === '\r' ? '\r\n' : '\n'
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

function conflict(reason: string): AppError {
  return new AppError('edit-conflict', { details: { reason } })
}
