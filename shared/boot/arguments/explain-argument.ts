import { SOURCES } from './argument-row.js'
import { explainValue } from './explain-value.js'
import { findArgument } from './find-argument.js'
import type { ArgGroup } from './groups.js'
import { parseArgument } from './parse-argument.js'

export interface ArgumentHelp {
  /** The key as it is documented; one that ends in a dot stands for a family of keys. */
  readonly name: string
  readonly group: ArgGroup
  /** How it is written: capital words are replaced, brackets are optional. */
  readonly values: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** What the value that it was given means; null when it has none or nothing is known of it. */
  readonly meaning: string | null
  /** The document that describes it. */
  readonly source: string
  readonly multiple: boolean
  readonly takesValue: 'no' | 'optional' | 'required'
}

/** What one argument of a kernel command line does; null for those that are not known. Never throws. */
export function explainArgument(arg: string): ArgumentHelp | null {
  const { key, value } = parseArgument(arg)
  const row = findArgument(key)
  if (row === null) return null
  return { ...row, source: SOURCES[row.source], meaning: value === null ? null : explainValue(row, value) }
}
