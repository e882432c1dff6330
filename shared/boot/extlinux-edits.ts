import { AppError } from '../errors/app-error.js'
import { sameArgs, setArgsOfText } from './arg-lines.js'
import { argsOf, parseExtlinux } from './extlinux-reader.js'
import { type ExtlinuxLines, type LabelLines, parseExtlinuxLines, splitMenuValue } from './extlinux-lines.js'
import { checkArg } from './kernel-args.js'
import { insertKeyLine, type KeyLine, printKeyLines } from './key-lines.js'

/**
 * The file with `args` as that label's `APPEND`; one of its own is added where the global one counted.
 * @throws AppError `argument-invalid`; `edit-conflict` with `reason` where there is no such label, or it starts nothing.
 */
export function setExtlinuxArgs(text: string, label: string, args: readonly string[]): string {
  args.forEach(checkArg)
  const parsed = parseExtlinuxLines(text)
  const target = labelOf(parsed, label)
  if (sameArgs(argsOf(parsed, target), args)) return text
  if (args.length === 1 && args[0] === '-') throw conflict('APPEND - alone means no arguments at all')
  const at = target.lines.get('append')?.at(-1)
  if (at !== undefined) {
    const line = parsed.lines[at]
    const old = line === undefined || line.value === '-' ? '' : line.value
    return withValue(parsed, at, args.length === 0 ? '-' : setArgsOfText(old, args))
  }
  const kernel = ['linux', 'kernel', 'fit', 'com32', 'boot', 'comboot'].flatMap((key) => target.lines.get(key) ?? [])[0]
  if (kernel === undefined) throw conflict(`the label ${label} starts no kernel`)
  return withLine(parsed, kernel + 1, 'append', args.length === 0 ? '-' : args.join(' '), parsed.lines[kernel])
}

/** The file with another menu title for that label. Errors as `setExtlinuxArgs`. */
export function setExtlinuxTitle(text: string, label: string, title: string): string {
  const parsed = parseExtlinuxLines(text)
  const target = labelOf(parsed, label)
  const present = parseExtlinux(text).entries[parsed.labels.indexOf(target)]
  if (present?.title === title) return text
  checkValue(title)
  // The first circumflex marks the hotkey.
  const written = title.includes('^') ? `^${title}` : title
  const at = target.lines.get('menu label')?.at(-1)
  const old = parsed.lines[at ?? -1]
  if (at === undefined || old === undefined) return withLine(parsed, target.first + 1, 'menu label', written, bodyLine(parsed, target))
  const { head, rest } = splitMenuValue(old.value)
  return withValue(parsed, at, `${rest === '' && !/[ \t]$/.test(head) ? `${head} ` : head}${written}`)
}

/**
 * The file with that label as its default: by `DEFAULT`; where `DEFAULT` starts the menu program, or another label has
 * the mark `MENU DEFAULT`, by that mark.
 * Errors as `setExtlinuxArgs`.
 */
export function setExtlinuxDefault(text: string, label: string): string {
  const parsed = parseExtlinuxLines(text)
  const target = labelOf(parsed, label)
  if (parseExtlinux(text).entries[parsed.labels.indexOf(target)]?.isDefault === true) return text
  const marks = parsed.labels.flatMap((each) => each.lines.get('menu default') ?? [])
  if (marks.length > 0) {
    const mark = parsed.lines[marks[0] ?? -1]
    const marked = insertKeyLine(parsed.lines, target.first + 1, mark?.key ?? 'menu', mark?.value ?? 'default', mark ?? null)
    const places = new Set(marks.map((at) => (at > target.first ? at + 1 : at)))
    return printKeyLines(marked.filter((_, at) => !places.has(at)))
  }
  const named = parseExtlinux(text).default
  const namesMenu = named !== null && /\.c32\b/i.test(named)
  return namesMenu ? withLine(parsed, target.first + 1, 'menu', 'default', bodyLine(parsed, target)) : setGlobal(parsed, 'default', label)
}

/**
 * The file with another timeout; it is written in tenths of a second, 0 waits for ever.
 * @throws AppError `edit-conflict` with `reason` for a number that cannot be written.
 */
export function setExtlinuxTimeout(text: string, seconds: number): string {
  const tenths = Math.round(seconds * 10)
  if (!Number.isInteger(tenths) || tenths < 0 || tenths > 99_999_999) throw conflict('a timeout is a number of seconds from 0')
  return parseExtlinux(text).timeout === tenths / 10 ? text : setGlobal(parseExtlinuxLines(text), 'timeout', String(tenths))
}

/** The file with a copy of that label below it, under its own label and title. Errors as `setExtlinuxArgs`. */
export function duplicateExtlinuxEntry(text: string, label: string, names: { readonly label: string; readonly title: string }): string {
  const parsed = parseExtlinuxLines(text)
  const target = labelOf(parsed, label)
  checkValue(names.label)
  if (parsed.labels.some((each) => each.label === names.label)) throw conflict(`there is a label ${names.label} already`)
  const isOwn = ownLines(parsed, target)
  const marks = new Set(target.lines.get('menu default') ?? [])
  const copy = parsed.lines.flatMap((line, at) => {
    if (at === target.first) return [{ ...line, separator: line.separator || ' ', value: names.label }]
    return isOwn(at) && !marks.has(at) ? [line] : []
  })
  const end = parseExtlinuxLines(printKeyLines(copy)).labels[0]?.end
  return setExtlinuxTitle(insertBlock(parsed.lines, target.end, copy.slice(0, end)), names.label, names.title)
}

/** The file without that label and its lines. Errors as `setExtlinuxArgs`. */
export function removeExtlinuxEntry(text: string, label: string): string {
  const parsed = parseExtlinuxLines(text)
  const isOwn = ownLines(parsed, labelOf(parsed, label))
  return printKeyLines(parsed.lines.filter((_, at) => !isOwn(at)))
}

/** The file with that label before another one, or after the last one where `before` is null. Errors as `setExtlinuxArgs`. */
export function moveExtlinuxEntry(text: string, label: string, before: string | null): string {
  const parsed = parseExtlinuxLines(text)
  const target = labelOf(parsed, label)
  const to = before === null ? (parsed.labels.at(-1)?.end ?? 0) : labelOf(parsed, before).first
  if (to >= target.first && to <= target.end) return text
  const isOwn = ownLines(parsed, target)
  const block = parsed.lines.filter((_, at) => isOwn(at))
  const rest = parsed.lines.filter((_, at) => !isOwn(at))
  const result = insertBlock(rest, to > target.first ? to - block.length : to, block)
  if (parseExtlinuxLines(result).labels.length !== parsed.labels.length) throw conflict(`the label ${label} has a help text without an end`)
  return result
}

/** Lines that go where the label goes: not those among them that speak to the whole menu. */
function ownLines(parsed: ExtlinuxLines, label: LabelLines): (at: number) => boolean {
  const global = new Set([...parsed.global.values()].flat())
  return (at) => at >= label.first && at < label.end && !global.has(at)
}

function insertBlock(lines: readonly KeyLine[], at: number, block: readonly KeyLine[]): string {
  const lineEnd = [...lines, ...block].find((line) => line.end !== '')?.end ?? '\n'
  const all = [...lines.slice(0, at), ...block, ...lines.slice(at)]
  return printKeyLines(all.map((line, index) => (index < all.length - 1 ? { ...line, end: line.end || lineEnd } : line)))
}

function setGlobal(parsed: ExtlinuxLines, key: string, value: string): string {
  checkValue(value)
  const at = parsed.global.get(key)?.at(-1)
  if (at !== undefined) return withValue(parsed, at, value)
  const first = parsed.labels[0]?.first ?? parsed.lines.length
  const style = parsed.lines.slice(0, first).findLast((line) => line.key !== null)
  return withLine(parsed, first, key, value, style ?? parsed.lines[first])
}

/** A keyword in the case of the line that it is styled like. */
function withLine(parsed: ExtlinuxLines, at: number, key: string, value: string, like: KeyLine | undefined): string {
  const isUpper = like?.key !== undefined && like.key !== null && like.key === like.key.toUpperCase()
  return printKeyLines(insertKeyLine(parsed.lines, at, isUpper ? key.toUpperCase() : key, value, like ?? null))
}

function withValue(parsed: ExtlinuxLines, at: number, value: string): string {
  return printKeyLines(parsed.lines.map((line, index) => (index === at ? { ...line, separator: line.separator || ' ', value } : line)))
}

function bodyLine(parsed: ExtlinuxLines, label: LabelLines): KeyLine | undefined {
  return parsed.lines[label.first + 1 < label.end ? label.first + 1 : label.first]
}

function labelOf(parsed: ExtlinuxLines, label: string): LabelLines {
  const found = parsed.labels.find((each) => each.label === label)
  if (found === undefined) throw conflict(`it has no label ${label}`)
  return found
}

function checkValue(value: string): void {
  if (/[\n\r\0]/.test(value) || value.trim() !== value || value === '')
    throw conflict('a name is one line that neither starts nor ends with a blank')
}

function conflict(reason: string): AppError {
  return new AppError('edit-conflict', { details: { reason } })
}
