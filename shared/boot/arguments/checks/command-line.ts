import type { ArgChange } from '../../../edits/edit.js'
import { argKey, argValue } from '../../kernel-args.js'
import type { ArgumentRow } from '../argument-row.js'
import { findArgument, findExact } from '../find-argument.js'
import { parseArgument, parseSwitch } from '../parse-argument.js'

export interface Word {
  /** Place in the list that is checked. */
  readonly index: number
  readonly arg: string
  /** The key as it is documented, where it is. */
  readonly name: string
  readonly key: string
  readonly value: string | null
  /** The row for this key or its family. */
  readonly row: ArgumentRow | null
}

/** A list of arguments as the kernel would see it: what follows `--` goes to init, and `$name` is a boot loader variable. */
export class CommandLine {
  readonly words: readonly Word[]
  /** Words after `--`. */
  readonly forInit: readonly Word[]
  /** Whether a boot loader variable stands in it, which may hold anything. */
  readonly hasVariables: boolean
  readonly #byName: ReadonlyMap<string, readonly Word[]>

  constructor(readonly args: readonly string[]) {
    const dashes = args.indexOf('--')
    const all = args.map(readWord).filter((word) => word.arg !== '--' && word.arg !== '' && !word.arg.startsWith('$'))
    this.words = dashes < 0 ? all : all.filter((word) => word.index < dashes)
    this.forInit = dashes < 0 ? [] : all.filter((word) => word.index > dashes)
    this.hasVariables = args.some((arg) => arg.startsWith('$'))
    this.#byName = groupBy(this.words, (word) => word.name)
  }

  all(...names: readonly string[]): readonly Word[] {
    if (names.length === 1) return this.#byName.get(names[0] ?? '') ?? []
    return this.words.filter((word) => names.includes(word.name))
  }

  last(name: string): Word | null {
    return this.all(name).at(-1) ?? null
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.#byName.has(name))
  }

  hasFamily(prefix: string): boolean {
    return this.words.some((word) => word.key.startsWith(prefix))
  }

  /** Whether the last of this name turns it on or off; null when it is not given or is neither. */
  switch(name: string): boolean | null {
    const word = this.last(name)
    return word === null ? null : parseSwitch(word.value)
  }

  byName(): Iterable<readonly Word[]> {
    return this.#byName.values()
  }

  /** Removes these words; the changes are meant for this very list, in this order. */
  drop(words: readonly Word[]): ArgChange[] {
    // From the end, so that the rank of what is still to go does not change.
    return words
      .toSorted((one, other) => other.index - one.index)
      .map((word) => ({ op: 'delete', arg: word.arg, index: this.#rank(word, (arg) => arg === word.arg) }))
  }

  /** Gives the word another value, in its place. */
  setValue(word: Word, to: string): ArgChange[] {
    const value = /\s/.test(to) ? `"${to}"` : to
    // Quotes around the whole argument make a key that cannot be named.
    if (word.arg.startsWith('"')) return this.replaceWord(word, `${word.key}=${value}`)
    const key = argKey(word.arg)
    const from = argValue(word.arg) ?? ''
    const matches = (arg: string) => arg === `${key}=${from}` || (from === '' && arg === key)
    return [{ op: 'replace', key, from, to: value, index: this.#rank(word, matches) }]
  }

  /** Puts another argument in the place of the word. Only a whole list can say that. */
  replaceWord(word: Word, by: string): ArgChange[] {
    return [{ op: 'set', args: this.args.map((arg, index) => (index === word.index ? by : arg)) }]
  }

  #rank(word: Word, matches: (arg: string) => boolean): number {
    return this.args.slice(0, word.index).filter(matches).length
  }
}

function readWord(arg: string, index: number): Word {
  const { key, value } = parseArgument(arg)
  return { index, arg, key, value, name: findExact(key)?.name ?? key, row: findArgument(key) }
}

function groupBy(words: readonly Word[], nameOf: (word: Word) => string): ReadonlyMap<string, readonly Word[]> {
  const groups = new Map<string, Word[]>()
  for (const word of words) {
    const group = groups.get(nameOf(word))
    if (group === undefined) groups.set(nameOf(word), [word])
    else group.push(word)
  }
  return groups
}
