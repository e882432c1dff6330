import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Core } from '#core/core-api'
import { resolveDirs } from '#core/files/dirs'
import { createFileLogger } from '#core/log/file-logger'
import { AppError, toAppError } from '#shared/errors/app-error'
import { type Command, commandHelp, findCommand, generalHelp, parseCommand, UsageError } from './command.js'
import { bootListCommand, bootSetCommand } from './commands/boot.js'
import { convertCommand } from './commands/convert.js'
import { doctorCommand } from './commands/doctor.js'
import { filesCatCommand, filesGetCommand, filesListCommand } from './commands/files.js'
import { inspectCommand } from './commands/inspect.js'
import { jobsCancelCommand, jobsListCommand, jobsRecoverCommand, jobsShowCommand } from './commands/jobs.js'
import { tourCommand } from './commands/tour.js'
import { EXIT, type ExitCode, exitCodeFor } from './exit-codes.js'
import { createPrinter, type Sink, visible } from './print.js'

export const COMMANDS: readonly Command[] = [
  doctorCommand,
  inspectCommand,
  filesListCommand,
  filesCatCommand,
  filesGetCommand,
  bootListCommand,
  bootSetCommand,
  convertCommand,
  jobsListCommand,
  jobsShowCommand,
  jobsCancelCommand,
  jobsRecoverCommand,
  tourCommand,
]

export interface CliDeps {
  readonly version: string
  readonly stdout: Sink
  readonly stderr: Sink
  readonly signal: AbortSignal
  openCore(): Promise<Core>
}

/** Runs one command line (without `node` and the script) to its exit code. Never rejects. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<ExitCode> {
  const found = findCommand(COMMANDS, args)
  if (!found) return runWithoutCommand(args, deps)
  const { command, rest } = found
  const json = beforeDashes(rest).includes('--json')
  const print = createPrinter(json, deps.stdout, deps.stderr)
  try {
    const input = parseCommand(command, rest)
    if (input.help) {
      deps.stdout.write(commandHelp(command))
      return EXIT.ok
    }
    const core = await deps.openCore()
    try {
      return await command.run(input, { core, print, signal: deps.signal })
    } finally {
      await core.close()
    }
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      if (json) print.error(new AppError('bad-input', { details: { reason: thrown.message } }).data)
      else deps.stderr.write(`${visible(`diskwright ${command.name}: ${thrown.message}`)}\nSee: diskwright ${command.name} --help\n`)
      return EXIT.usage
    }
    const error = toAppError(thrown)
    print.error(error.data)
    return exitCodeFor(error.code)
  }
}

/** What stands after `--` is never an option. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf('--')
  return dashes < 0 ? args : args.slice(0, dashes)
}

function runWithoutCommand(args: readonly string[], { stdout, stderr, version }: CliDeps): ExitCode {
  const word = args.find((arg) => !arg.startsWith('-'))
  if (word === undefined && args.includes('--version')) {
    stdout.write(args.includes('--json') ? `${JSON.stringify({ version })}\n` : `diskwright ${version}\n`)
    return EXIT.ok
  }
  if (args.length === 0 || args.includes('--help') || args.includes('-h') || word === 'help') {
    const group = COMMANDS.filter((command) => command.name.split(' ')[0] === word)
    stdout.write(generalHelp(group.length > 0 ? group : COMMANDS))
    return args.length === 0 ? EXIT.usage : EXIT.ok
  }
  const group = COMMANDS.filter((command) => command.name.startsWith(`${word ?? ''} `)).map((command) => command.name)
  const hint = group.length > 0 ? `one of: ${group.join(', ')}` : "'diskwright --help' lists all commands"
  stderr.write(`${visible(`diskwright: unknown command ${word ?? args[0] ?? ''}; ${hint}`)}\n`)
  return EXIT.usage
}

/** The core as the environment asks for it, with its log in the state folder. */
export async function openCore(env: NodeJS.ProcessEnv): Promise<Core> {
  const dirs = resolveDirs(env)
  for (const folder of Object.values(dirs)) await mkdir(folder, { recursive: true, mode: 0o700 })
  const { createCore } = await import('#core/create-core')
  return createCore({ dirs, env, log: createFileLogger(path.join(dirs.state, 'log')) })
}
