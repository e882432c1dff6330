import path from 'node:path'
import process from 'node:process'
import type { Core } from '#core/core-api'
import { homeFolder, resolveDirs } from '#core/files/dirs'
import { createFileLogger } from '#core/log/file-logger'
import { AppError, toAppError } from '#shared/errors/app-error'
import { closest } from '#shared/text/closest'
import { type Command, commandHelp, findCommand, generalHelp, parseCommand, UsageError } from './command.js'
import { applyCommand } from './commands/apply.js'
import { artifactsCommand, reportSchemaCommand } from './commands/artifacts.js'
import { bootListCommand, bootSetCommand } from './commands/boot.js'
import { bootMenuCommands } from './commands/boot-menu.js'
import { buildDiskCommand } from './commands/build-disk.js'
import { containersPruneCommand, containersRemoveCommand, containersStorageCommand } from './commands/containers-storage.js'
import { customizeCommand } from './commands/customize.js'
import { editCommand } from './commands/edit.js'
import { recipeSchemaCommand, recipeScriptCommand } from './commands/recipe.js'
import { copyContainerCommand } from './commands/containers-copy.js'
import { signInCommands } from './commands/containers-sign-in.js'
import { convertCommand } from './commands/convert.js'
import { diskCommands } from './commands/disk.js'
import { doctorCommand } from './commands/doctor.js'
import { containerIndexCommands } from './commands/containers-index.js'
import { extractCommand } from './commands/extract.js'
import { containerReadCommands } from './commands/containers-read.js'
import { filesCatCommand, filesFindCommand, filesGetCommand, filesListCommand } from './commands/files.js'
import { healthCommand } from './commands/health.js'
import { inspectCommand } from './commands/inspect.js'
import { jobsMoveCommand, jobsPauseCommand, jobsResumeCommand, jobsRetryCommand } from './commands/jobs-queue.js'
import { jobsCancelCommand, jobsListCommand, jobsRecoverCommand, jobsShowCommand } from './commands/jobs.js'
import { resizeCommand } from './commands/resize.js'
import { packageCommand } from './commands/package.js'
import { platformsCommand, retargetCommand } from './commands/retarget.js'
import { compareCommand } from './commands/compare.js'
import { diskMapCommand } from './commands/disk-map.js'
import { lintCommand } from './commands/lint.js'
import { sourcesCommand } from './commands/sources.js'
import { tourCommand } from './commands/tour.js'
import { testBootCommand } from './commands/test-boot.js'
import { unpackCommand } from './commands/unpack.js'
import { uploadCommand } from './commands/upload.js'
import { endOnSignal } from './end-on-signal.js'
import { errorHints } from './error-hints.js'
import { EXIT, type ExitCode, exitCodeFor } from './exit-codes.js'
import { createPrinter, type Sink, visible } from './print.js'

export const COMMANDS: readonly Command[] = [
  doctorCommand,
  tourCommand,
  inspectCommand,
  bootListCommand,
  bootSetCommand,
  ...bootMenuCommands,
  filesListCommand,
  filesCatCommand,
  filesGetCommand,
  filesFindCommand,
  editCommand,
  customizeCommand,
  resizeCommand,
  retargetCommand,
  platformsCommand,
  healthCommand,
  testBootCommand,
  applyCommand,
  recipeScriptCommand,
  recipeSchemaCommand,
  convertCommand,
  artifactsCommand,
  lintCommand,
  reportSchemaCommand,
  sourcesCommand,
  unpackCommand,
  compareCommand,
  diskMapCommand,
  ...diskCommands,
  extractCommand,
  packageCommand,
  ...containerReadCommands,
  ...containerIndexCommands,
  copyContainerCommand,
  ...signInCommands,
  containersStorageCommand,
  containersRemoveCommand,
  containersPruneCommand,
  buildDiskCommand,
  uploadCommand,
  jobsListCommand,
  jobsShowCommand,
  jobsCancelCommand,
  jobsPauseCommand,
  jobsResumeCommand,
  jobsMoveCommand,
  jobsRetryCommand,
  jobsRecoverCommand,
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
    for (const problem of core.folderProblems) print.note(`diskwright: cannot be written to: ${problem}`)
    try {
      return await endOnSignal(command.run(input, { core, print, signal: deps.signal }), core, deps.signal)
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
    if (!json) for (const hint of errorHints(error.data, command.options)) print.note(`  ${hint}`)
    return exitCodeFor(error.code)
  }
}

/** What stands after `--` is never an option. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf('--')
  return dashes < 0 ? args : args.slice(0, dashes)
}

function runWithoutCommand(args: readonly string[], { stdout, stderr, version }: CliDeps): ExitCode {
  const options = beforeDashes(args)
  const words = args.filter((arg) => !arg.startsWith('-'))
  const json = options.includes('--json')
  if (words.length === 0 && (options.includes('--version') || options.includes('-V'))) {
    stdout.write(json ? `${JSON.stringify({ version })}\n` : `diskwright ${version}\n`)
    return EXIT.ok
  }
  const asked = words[0] === 'help' ? words.slice(1) : words
  if (asked.length < words.length || options.includes('--help') || options.includes('-h')) {
    const help = helpOn(asked)
    if (help !== undefined) stdout.write(help)
    return help === undefined ? refuse(unknownCommand(asked)) : EXIT.ok
  }
  if (args.length > 0) return refuse(words.length > 0 ? unknownCommand(words) : `no command given; ${LIST_HINT}`)
  stdout.write(generalHelp(COMMANDS))
  return EXIT.usage

  function refuse(reason: string): ExitCode {
    if (json) createPrinter(true, stdout, stderr).error(new AppError('bad-input', { details: { reason } }).data)
    else stderr.write(`${visible(`diskwright: ${reason}`)}\n`)
    return EXIT.usage
  }
}

const LIST_HINT = "'diskwright help' lists all commands"

/** Help on a command, on a group of them, or on all; undefined when there is no such command. */
function helpOn(words: readonly string[]): string | undefined {
  if (words.length === 0) return generalHelp(COMMANDS)
  const command = findCommand(COMMANDS, words)?.command
  const group = COMMANDS.filter((candidate) => candidate.name.startsWith(`${words[0]} `))
  if (command) return commandHelp(command)
  return words.length === 1 && group.length > 0 ? generalHelp(group) : undefined
}

function unknownCommand(words: readonly string[]): string {
  const [word = ''] = words
  const names = COMMANDS.map((command) => command.name)
  const group = names.filter((name) => name.startsWith(`${word} `))
  if (words.length === 1 && group.length > 0) return `${word} wants one of: ${group.join(', ')}`
  const meant = closest(words.slice(0, 2).join(' '), names) ?? closest(word, names)
  const hint = group.length > 0 ? `one of: ${group.join(', ')}` : LIST_HINT
  const shown = group.length > 0 ? words.slice(0, 2).join(' ') : word
  return `unknown command ${shown || "''"}; ${meant === undefined ? hint : `did you mean ${meant}?`}`
}

/** The core as the environment asks for it, with its log in the state folder. */
export async function openCore(given: NodeJS.ProcessEnv, version?: string): Promise<Core> {
  const env = { ...given, HOME: homeFolder(given) }
  const dirs = resolveDirs(env)
  const { createCore } = await import('#core/create-core')
  return createCore({
    dirs,
    env,
    log: createFileLogger(path.join(dirs.state, 'log')),
    asksUser: () => process.stdin.isTTY && process.stderr.isTTY,
    ...(version === undefined ? {} : { version }),
  })
}
