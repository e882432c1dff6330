import { AppError } from '../errors/app-error.js'
import { type ShellAssignment, findAssignments } from './shell-assignments.js'
import { isPlain, quoteChar } from './shell-words.js'
import { spliceAll } from './splice.js'
import { respell, spellAnew } from './shell-respell.js'

/**
 * Variables of a file of shell assignments (/etc/default/grub, os-release(5), /etc/sysconfig/*), with the value that the
 * whole file leaves: the last assignment counts and `+=` appends. `$NAME` of a variable that the file set before is
 * replaced; any other expansion stays as its own text, because only a shell knows what it gives.
 */
export function readShellVars(text: string): Map<string, string> {
  return new Map(findAssignments(text).map((assignment) => [assignment.name, assignment.result]))
}

/**
 * The file with `name` set, or without it where `value` is null. Only the assignment that counts is changed, in its own
 * quoting; `+=` stays where the value still starts with what was before. A missing one is added at the end.
 * @throws AppError `edit-conflict` with `reason` where the file cannot say it.
 */
export function setShellVar(text: string, name: string, value: string | null): string {
  const found = findAssignments(text).filter((assignment) => assignment.name === name)
  const last = found.at(-1)
  if ((last?.result ?? null) === value) return text
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw conflict(`${name} cannot be the name of a variable`)
  if (value?.includes('\0') === true) throw conflict(`the value of ${name} holds a NUL`)
  const results =
    value === null ? [withoutAssignments(text, found)] : last === undefined ? [appended(text, name, value)] : changed(text, last, value)
  const before = readShellVars(text)
  const result = results.find((candidate) => {
    const after = readShellVars(candidate)
    // What is added at the end may continue a last line that ends in a backslash.
    return (after.get(name) ?? null) === value && (last !== undefined || [...before].every(([other, is]) => after.get(other) === is))
  })
  if (result === undefined) throw conflict(`the file's own syntax keeps ${name} from being set`)
  return result
}

/** The second one, quoted anew, is for the rare word in which kept and new characters together mean something else. */
function changed(text: string, assignment: ShellAssignment, value: string): string[] {
  const keepsAppend = assignment.operator === '+=' && value.startsWith(assignment.before)
  const operator = assignment.operator === '+=' && !keepsAppend ? '=' : assignment.operator
  const own = keepsAppend ? value.slice(assignment.before.length) : value
  return [respell, spellAnew].map(
    (spell) => text.slice(0, assignment.operatorStart) + operator + spell(assignment.pieces, own) + text.slice(assignment.end),
  )
}

/** A line that holds nothing else goes whole; of a line with several assignments, only that one. */
function withoutAssignments(text: string, found: readonly ShellAssignment[]): string {
  const splices = found.map(({ removeStart, removeEnd }) => ({ start: removeStart, end: removeEnd, text: '' }))
  return spliceAll(text, splices)
}

function appended(text: string, name: string, value: string): string {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  const plain = value !== '' && [...value].every(isPlain)
  const word = plain ? value : `"${[...value].map((char) => quoteChar(char, 'double')).join('')}"`
  return `${text}${text === '' || text.endsWith('\n') ? '' : lineEnd}${name}=${word}${lineEnd}`
}

function conflict(reason: string): AppError {
  return new AppError('edit-conflict', { details: { reason } })
}
