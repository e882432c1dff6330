import { closestAll } from '../../text/closest.js'
import type { ArgumentSource } from './argument-row.js'
import { ARGUMENT_TABLE } from './argument-table.js'
import { findArgument, findExact, isDocumented } from './find-argument.js'
import { parseArgument } from './parse-argument.js'

const MOST = 3

/** What these describe is open-ended: any module has parameters, any sysctl is a name. */
const OPEN: ReadonlySet<ArgumentSource> = new Set(['module', 'kernel', 'kernelDocs'])

const NAMES = ARGUMENT_TABLE.filter((row) => !row.name.endsWith('.')).map((row) => row.name)
/** First parts of names that are no kernel modules: `ignition`, `rd`, `systemd`, … */
const NAMESPACES = new Set(
  ARGUMENT_TABLE.filter((row) => !OPEN.has(row.source) && row.name.includes('.')).map((row) => row.name.slice(0, row.name.indexOf('.'))),
)

/**
 * The arguments that were probably meant, nearest first, at most three, each with the value that was given.
 * None for names that are documented, for parameters of kernel modules, and for what resembles nothing.
 * A flag with an empty value, such as `rd.break=`, is suggested without the `=`.
 */
export function closestArguments(arg: string): string[] {
  const { key, value } = parseArgument(arg)
  const row = findExact(key)
  if (row !== null) return value === '' && row.takesValue !== 'required' ? [key] : []
  if (isDocumented(key) || belongsToModule(key) || !/^[A-Za-z][\w./-]*$/.test(key)) return []
  const at = arg.indexOf(key)
  return nearestNames(key)
    .slice(0, MOST)
    .map((name) => `${arg.slice(0, at)}${name}${arg.slice(at + key.length)}`)
}

/** `module.parameter`: names that nobody can list. Those of systemd, dracut and their like are none. */
function belongsToModule(key: string): boolean {
  const dot = key.indexOf('.')
  if (dot < 0 || NAMESPACES.has(key.slice(0, dot))) return isOpenFamily(key)
  // A mistyped first part still ends as a real name does: `igniton.firstboot`.
  const tail = key.slice(dot)
  return !NAMES.some((name) => name.endsWith(tail) && NAMESPACES.has(name.slice(0, name.length - tail.length))) && !nearNamespace(key)
}

function isOpenFamily(key: string): boolean {
  const family = findArgument(key)
  return family !== null && (OPEN.has(family.source) || /^(rd\.)?(locale|vconsole)\.$/.test(family.name))
}

/** Module parameters have one dot; more of them speak for a mistyped name of another kind. */
function nearNamespace(key: string): boolean {
  return key.split('.').length > 2 && closestAll(key.slice(0, key.indexOf('.')), [...NAMESPACES], forgiven).length > 0
}

function nearestNames(key: string): string[] {
  const families = new Map<string, string[]>()
  for (const name of NAMES) {
    const shared = sharedNamespace(key, name)
    families.set(shared, [...(families.get(shared) ?? []), name])
  }
  // What stands before the last shared dot is right, so mistakes are counted in what follows.
  const found = [...families].toSorted(([one], [other]) => other.length - one.length)
  return found.flatMap(([shared, names]) => {
    const rests = names.map((name) => name.slice(shared.length))
    return closestAll(key.slice(shared.length), rests, forgiven).map((rest) => `${shared}${rest}`)
  })
}

function sharedNamespace(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  return one.slice(0, one.lastIndexOf('.', at - 1) + 1)
}

/** How many mistakes are forgiven in a name of this length: `ro`, `rw` and `ip` are too short to be guessed. */
function forgiven(length: number): number {
  if (length < 4) return 0
  return length < 7 ? 1 : length < 12 ? 2 : 3
}
