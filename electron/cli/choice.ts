import { type CommandInput, UsageError } from './command.js'

/** What an option says that takes one of a few words; undefined without it. Throws `UsageError`. */
export function choiceOf<T extends string>(input: CommandInput, option: string, values: readonly T[]): T | undefined {
  const word = input.text(option)
  return word === undefined ? undefined : oneOf(option, word, values)
}

/** The word itself, as one of `values`. Throws `UsageError`. */
export function oneOf<T extends string>(option: string, word: string, values: readonly T[]): T {
  const found = values.find((value) => value === word)
  if (found === undefined) throw new UsageError(`--${option} is one of ${values.join(', ')}, not ${word}`)
  return found
}
