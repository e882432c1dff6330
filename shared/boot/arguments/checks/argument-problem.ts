import type { ArgChange } from '../../../edits/edit.js'
import type { CommandLine, Word } from './command-line.js'

export type ProblemSeverity = 'info' | 'warning' | 'error'

export interface ArgumentProblem {
  readonly code: string
  readonly severity: ProblemSeverity
  /** Indexes of the arguments that it is about, ascending; none when something is missing. */
  readonly args: readonly number[]
  readonly text: string
  /** What mends it, in order, for exactly the list that was checked. */
  readonly fix?: readonly ArgChange[]
}

export interface ArgumentRule {
  /** Every problem that the rule finds carries it. */
  readonly code: string
  readonly check: (line: CommandLine) => readonly ArgumentProblem[]
}

/** A rule that finds problems of one kind. */
export function rule(
  code: string,
  severity: ProblemSeverity,
  find: (line: CommandLine) => Iterable<{ readonly words: readonly Word[]; readonly text: string; readonly fix?: readonly ArgChange[] }>,
): ArgumentRule {
  return {
    code,
    check: (line) =>
      [...find(line)].map(({ words, text, fix }) => ({
        code,
        severity,
        args: words.map((word) => word.index).toSorted((one, other) => one - other),
        text,
        ...(fix === undefined ? {} : { fix }),
      })),
  }
}
