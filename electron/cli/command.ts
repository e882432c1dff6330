import { parseArgs } from 'node:util'
import type { Core } from '#core/core-api'
import { closest } from '#shared/text/closest'
import type { ExitCode } from './exit-codes.js'
import type { Printer } from './print.js'

export interface OptionRow {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** Name of the value in the help. */
  readonly value?: string
  readonly help: string
}
export type OptionTable = Readonly<Record<string, OptionRow>>

export interface Command {
  /** `boot list` */
  readonly name: string
  readonly summary: string
  /** Positional arguments as the help shows them: `IMAGE PATH`. */
  readonly positionals: string
  /** Options that no run of the command goes without, as the help shows them: `-o OUT`. */
  readonly needs?: string
  readonly counts: { readonly min: number; readonly max: number }
  readonly options: OptionTable
  readonly examples: readonly string[]
  run(input: CommandInput, context: CommandContext): Promise<ExitCode>
}

/** What the user gave, read by name. */
export interface CommandInput {
  readonly positionals: readonly string[]
  flag(name: string): boolean
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  /** Options with values in the order in which they were given. */
  readonly ordered: readonly { readonly name: string; readonly value: string }[]
}

export interface CommandContext {
  readonly core: Core
  readonly print: Printer
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
}

/** The command line cannot be understood; ends with exit code 2 and a hint at the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const GLOBAL_OPTIONS: OptionTable = {
  json: { type: 'boolean', help: 'Print one JSON document on stdout; job events as JSON lines on stderr' },
  help: { type: 'boolean', short: 'h', help: 'Show this help' },
}

/** Finds the command that the words begin with, the longest name first. Undefined when there is none. */
export function findCommand(commands: readonly Command[], args: readonly string[]): { command: Command; rest: string[] } | undefined {
  const leading = args.findIndex((arg) => !arg.startsWith('-'))
  if (leading < 0) return undefined
  const words = args.slice(leading)
  const byLength = [...commands].sort((one, other) => other.name.length - one.name.length)
  for (const command of byLength) {
    const name = command.name.split(' ')
    if (name.every((word, index) => words[index] === word))
      return { command, rest: [...args.slice(0, leading), ...words.slice(name.length)] }
  }
  return undefined
}

/** Reads the arguments of a command. Throws `UsageError`. Asking for help is not checked further. */
export function parseCommand(command: Command, args: readonly string[]): CommandInput & { readonly help: boolean; readonly json: boolean } {
  const options = { ...command.options, ...GLOBAL_OPTIONS }
  const { values, positionals, tokens } = parse(args, options)
  const { min, max } = command.counts
  const help = values.help === true
  if (!help && positionals.length < min) throw new UsageError(`expected ${command.positionals}`)
  if (!help && positionals.length > max) throw new UsageError(`unexpected argument: ${positionals[max] ?? ''}`)
  return {
    positionals,
    help,
    json: values.json === true,
    flag: (name) => values[name] === true,
    text: (name) => [values[name]].flat().findLast((value) => typeof value === 'string'),
    texts: (name) => [values[name]].flat().filter((value) => typeof value === 'string'),
    ordered: tokens.flatMap((token) =>
      token.kind === 'option' && token.value !== undefined ? [{ name: token.name, value: token.value }] : [],
    ),
  }
}

function parse(args: readonly string[], table: OptionTable) {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, row]) => [
      name,
      { type: row.type, ...(row.short ? { short: row.short } : {}), ...(row.multiple ? { multiple: true } : {}) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true })
  } catch (error) {
    throw new UsageError(explainParseError(error instanceof Error ? error.message : String(error), table))
  }
}

/** Node's words for a wrong option, made fit for a terminal. */
function explainParseError(message: string, table: OptionTable): string {
  const unknown = /^Unknown option '(--?[^']*)'/.exec(message)?.[1]
  if (unknown !== undefined) {
    const known = closest(
      unknown,
      Object.keys(table).map((name) => `--${name}`),
    )
    return `unknown option ${unknown}${known === undefined ? '' : `; did you mean ${known}?`}`
  }
  const [, names = '', problem = ''] = /^Option '([^'<]*?)(?: <value>)?' (.*)/.exec(message) ?? []
  const long = names.split(', ').at(-1) ?? ''
  if (problem.includes('missing')) return `${names} needs a value`
  if (problem.includes('ambiguous')) return `${names} needs a value; one that begins with a dash is given as ${long}=VALUE`
  if (problem.includes('does not take')) return `${names} takes no value`
  return message.split('\n')[0] ?? ''
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...GLOBAL_OPTIONS }).map(([name, row]) => {
    const names = `${row.short ? `-${row.short}, ` : '    '}--${name}${row.value ? ` ${row.value}` : ''}${row.multiple ? ' …' : ''}`
    return `  ${inColumn(names)}${row.help}`
  })
  return [
    command.summary,
    '',
    `Usage: diskwright ${synopsis(command)} [options]`,
    '',
    'Options:',
    ...options,
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

/** A name that fills its column still stands apart from its words. */
function inColumn(name: string): string {
  return name.length < 34 ? name.padEnd(34) : `${name}  `
}

function synopsis({ name, positionals, needs }: Command): string {
  return [name, positionals, needs].filter(Boolean).join(' ')
}

/** The list of commands: of all, or of those of one group. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    'Diskwright: open disk images, see and change how they boot, convert them. Without root.',
    '',
    'Usage: diskwright COMMAND [options] …',
    '',
    'Commands:',
    ...commands.map(({ name, positionals, summary }) => `  ${inColumn(`${name} ${positionals}`.trim())}${summary}`),
    '',
    'Commands that change an image take -o OUT, for a new image, or --in-place; --dry-run shows what would change.',
    "'diskwright help COMMAND' shows the options and examples of a command.",
    'A name that begins with a dash goes after --, or is written as ./-name.',
    'Exit codes: 0 done, 1 failed, 2 usage or bad input, 3 cancelled, 4 a needed tool is missing.',
    '',
  ].join('\n')
}
