import { isSwitch } from '../argument-row.js'
import { closestArguments } from '../closest-argument.js'
import { findExact, isDocumented } from '../find-argument.js'
import { RENAMED_ARGUMENTS } from '../renamed-arguments.js'
import { rule } from './argument-problem.js'
import type { Word } from './command-line.js'

/** x86 and Arm take no more than 2048 bytes with the closing NUL (Linux `COMMAND_LINE_SIZE`). */
const LONGEST = 2047

/** Names that rules of their own look at. */
const OWN_RULES = new Set(['root', 'systemd.unit', 'console'])

const isMultiple = (word: Word) => findExact(word.key)?.multiple === true

/** Rules that hold for any list of arguments, whatever they are for. */
export const LIST_CHECKS = [
  rule('unbalanced-quotes', 'error', (line) =>
    [...line.words, ...line.forInit]
      .filter((word) => word.arg.split('"').length % 2 === 0)
      .map((word) => ({
        words: [word],
        text: `${word.arg} opens a double quote that is never closed: all that follows becomes part of it.`,
      })),
  ),

  rule('too-long', 'warning', (line) => {
    const length = line.args.join(' ').length
    if (length <= LONGEST) return []
    return [{ words: [], text: `The command line has ${length} characters; most kernels cut it off after ${LONGEST}.` }]
  }),

  rule('after-double-dash', 'warning', (line) =>
    line.forInit
      .filter((word) => findExact(word.key) !== null)
      .map((word) => ({
        words: [word],
        text: `${word.key} stands after --, so it goes to the first program and not to the kernel.`,
        fix: [...line.drop([word]), { op: 'append', arg: word.arg }],
      })),
  ),

  rule('duplicate', 'info', function* (line) {
    for (const words of line.byName()) {
      const copies = new Map<string, Word[]>()
      for (const word of words) copies.set(word.arg, [...(copies.get(word.arg) ?? []), word])
      for (const same of copies.values()) {
        const [first] = same
        if (first === undefined || same.length < 2 || isMultiple(first)) continue
        yield {
          words: same,
          text: `${first.arg} stands there ${same.length} times; once is enough.`,
          // The last one stays, because the last one counts.
          fix: line.drop(same.slice(0, -1)),
        }
      }
    }
  }),

  rule('overruled', 'warning', function* (line) {
    for (const words of line.byName()) {
      const last = words.at(-1)
      if (last === undefined || findExact(last.key) === null || isMultiple(last) || OWN_RULES.has(last.name)) continue
      const others = words.filter((word) => word.value !== last.value)
      if (others.length === 0) continue
      yield {
        words: [...others, last],
        text: `${last.name} is given with different values; the last one counts: ${last.arg}.`,
        fix: line.drop(others),
      }
    }
  }),

  rule('several-values', 'info', function* (line) {
    for (const words of line.byName()) {
      const last = words.at(-1)
      // Of names that are not known, only parameters of modules and the kernel are sure to take the last value.
      if (last === undefined || findExact(last.key) !== null || isFamilyOfAnother(last)) continue
      const others = words.filter((word) => word.value !== last.value)
      if (others.length > 0)
        yield { words: [...others, last], text: `${last.key} is given with different values; usually the last one counts.` }
    }
  }),

  rule('value-missing', 'warning', (line) =>
    line.words
      .filter((word) => {
        const row = findExact(word.key)
        if (row === null || row.takesValue !== 'required' || row.name === 'console') return false
        return word.value === '' || (word.value === null && !isSwitch(row))
      })
      .map((word) => ({
        words: [word],
        text: `${word.key} is given without a value; it is written ${findExact(word.key)?.values ?? word.key}.`,
        fix: line.drop([word]),
      })),
  ),

  rule('near-miss', 'warning', (line) =>
    line.words
      .filter((word) => !RENAMED_ARGUMENTS.has(word.key))
      .flatMap((word) => {
        const [meant, ...others] = closestArguments(word.arg)
        if (meant === undefined) return []
        const known = isDocumented(word.key)
        const text = known
          ? `${word.arg} has an empty value; did you mean ${meant}?`
          : `Nothing known reads ${word.key}; did you mean ${[meant, ...others].join(' or ')}?`
        return [{ words: [word], text, fix: line.replaceWord(word, meant) }]
      }),
  ),

  rule('renamed', 'warning', (line) =>
    line.words.flatMap((word) => {
      const now = RENAMED_ARGUMENTS.get(word.key)
      if (now === undefined) return []
      const by = now.includes('=') || word.value === null ? now : `${now}=${word.value}`
      return [{ words: [word], text: `${word.key} is an old name of dracut; it is written ${by} now.`, fix: line.replaceWord(word, by) }]
    }),
  ),

  rule('no-effect', 'info', (line) =>
    line.all('elevator', 'scsi_mod.use_blk_mq', 'swapaccount').map((word) => ({
      words: [word],
      text: `${word.arg} does nothing on today's kernels.`,
      fix: line.drop([word]),
    })),
  ),
]

function isFamilyOfAnother(word: Word): boolean {
  return word.row !== null && !['module', 'kernel', 'kernelDocs'].includes(word.row.source)
}
