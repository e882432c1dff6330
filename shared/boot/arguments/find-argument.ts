import { type ArgumentRow, dashesAreUnderscores } from './argument-row.js'
import { ARGUMENT_TABLE } from './argument-table.js'
import { DOCUMENTED_NAMES } from './documented-names.js'
import type { ArgGroup } from './groups.js'
import { parseArgument } from './parse-argument.js'

const fold = (name: string) => name.replaceAll('-', '_')
const isPrefix = (row: ArgumentRow) => row.name.endsWith('.')

const BY_NAME = new Map(ARGUMENT_TABLE.map((row) => [row.name, row]))
const BY_FOLDED_NAME = new Map(ARGUMENT_TABLE.filter(dashesAreUnderscores).map((row) => [fold(row.name), row]))
/** The longest first, so that the most exact one is found. */
const PREFIXES = ARGUMENT_TABLE.filter(isPrefix).toSorted((one, other) => other.name.length - one.name.length)
const DOCUMENTED = new Set(DOCUMENTED_NAMES.map(fold))

/** The row that is made for exactly this key. */
export function findExact(key: string): ArgumentRow | null {
  if (key.endsWith('.')) return null
  return BY_NAME.get(key) ?? BY_FOLDED_NAME.get(fold(key)) ?? null
}

/** The row for a key, or the row for the family that it belongs to. */
export function findArgument(key: string): ArgumentRow | null {
  return findExact(key) ?? PREFIXES.find((row) => hasPrefix(key, row)) ?? null
}

function hasPrefix(key: string, row: ArgumentRow): boolean {
  if (key.length <= row.name.length) return false
  return dashesAreUnderscores(row) ? fold(key).startsWith(fold(row.name)) : key.startsWith(row.name)
}

/** Whether some document names this key, with or without a row of its own here. */
export function isDocumented(key: string): boolean {
  return findExact(key) !== null || DOCUMENTED.has(fold(key))
}

/** What the argument is for; `Other` for those that are not known. */
export function argumentGroup(arg: string): ArgGroup {
  return findArgument(parseArgument(arg).key)?.group ?? 'Other'
}
