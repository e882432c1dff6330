import path from 'node:path'
import type { EditPreview, FileChange } from '#shared/edits/edit-preview'
import { splitArgs } from '#shared/boot/kernel-args'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { pinHostFiles } from '#core/operations/pin-host-files'
import { ENGINES, type JobInput } from '#shared/jobs/job-requests'
import type { RecipeBootTest } from '#shared/recipes/recipe-boot-test'
import { alignLists } from '#shared/text/align-lists'
import { type CommandContext, type CommandInput, type OptionTable, UsageError } from './command.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { bootReportLines } from './boot-test-report.js'
import { followBootTest } from './follow-boot-test.js'
import { followJob, outputLines } from './follow-job.js'
import { outputFile } from './output-file.js'
import { writeNewText } from './write-new-text.js'
import { parseTarget, targetOfName } from './target-format.js'

/** Options of every command that changes an image. */
export const SAVE_OPTIONS = {
  output: { type: 'string', short: 'o', value: 'OUT', help: 'Save as a new image' },
  'in-place': { type: 'boolean', help: 'Replace IMAGE; the original stays as IMAGE.backup-DATE' },
  'no-backup': { type: 'boolean', help: 'With --in-place: remove the original once the result is verified' },
  'replace-output': { type: 'boolean', help: 'Replace OUT if it exists' },
  to: { type: 'string', value: 'FORMAT[:SUB]', help: 'Format of OUT (default: what its name says, else that of IMAGE)' },
  engine: { type: 'string', value: 'E', help: `Engine that writes: ${ENGINES.join(', ')}` },
  recipe: { type: 'string', value: 'FILE', help: 'Also write the edits as a recipe for other images' },
  'dry-run': { type: 'boolean', help: 'Show what would change; write nothing' },
} as const satisfies OptionTable

/** Where a command that changes an image is to save; undefined with `--dry-run`. Throws `UsageError`. */
function saveTarget(input: CommandInput): Target | undefined {
  if (input.flag('dry-run')) return undefined
  const output = input.text('output')
  const inPlace = input.flag('in-place')
  const replace = input.flag('replace-output')
  const keepBackup = !input.flag('no-backup')
  if (inPlace === (output !== undefined)) throw new UsageError('say where to save: -o OUT or --in-place')
  if (inPlace && input.text('to') !== undefined) throw new UsageError('--to goes with -o only')
  if (!inPlace && !keepBackup) throw new UsageError('--no-backup goes with --in-place only')
  if (output === undefined) return { mode: 'in-place', keepBackup }
  const to = input.text('to')
  return { mode: 'new-file', output: outputFile(output), replace, ...(to === undefined ? {} : parseTarget(to)) }
}

type Target = JobInput<'save-image'>['target']

/** Programs go by the ending of a name: a .vmdk is no qcow2. One that fits the image leaves its subformat as it is. */
export function withNamedFormat(target: Target, ofImage: string): Target {
  if (target.mode !== 'new-file' || target.format !== undefined) return target
  const named = targetOfName(target.output)
  return named === undefined || named.format === ofImage ? target : { ...target, ...named }
}

function engineOf(input: CommandInput): { engine?: (typeof ENGINES)[number] } {
  const wanted = input.text('engine')
  if (wanted === undefined) return {}
  const engine = ENGINES.find((id) => id === wanted)
  if (!engine) throw new UsageError(`unknown engine ${wanted}: one of ${ENGINES.join(', ')}`)
  return { engine }
}

/** Throws `UsageError` for options that do not go together: before the image is opened. */
export function checkSaveOptions(input: CommandInput): void {
  saveTarget(input)
  engineOf(input)
}

/**
 * Shows what edits change, and saves the result where the options say. With `--dry-run` nothing is written.
 * Throws what keeps an edit from being applied.
 */
export async function saveEdits(
  context: CommandContext,
  input: CommandInput,
  source: string,
  asked: readonly Edit[],
  { bootTest, ...more }: Pick<JobInput<'save-image'>, 'idempotent' | 'expects'> & { readonly bootTest?: RecipeBootTest } = {},
): Promise<ExitCode> {
  const { core, print, signal } = context
  const wanted = saveTarget(input)
  const edits = await pinHostFiles(asked)
  const { revision, format } = await core.inspect(source, signal)
  const target = wanted && withNamedFormat(wanted, format)
  const preview = await core.previewEdits(source, edits, { signal, ...more })
  for (const line of previewLines(preview)) print.line(line)
  const recipeFile = input.text('recipe')
  if (recipeFile !== undefined) await writeRecipe(context, source, edits, path.resolve(recipeFile))
  if (!target) {
    print.result({ edits, preview })
    return EXIT.ok
  }
  const request = { source, revision, edits: [...edits], target, ...engineOf(input), ...more }
  const { job, output } = await followJob(context, { kind: 'save-image', input: request })
  if (!bootTest) print.result(job)
  for (const line of ['', ...outputLines(output)]) print.line(line)
  return bootTest ? bootResult(context, output.path, bootTest, job) : EXIT.ok
}

/** The boot test that a recipe asks for, of what it has made; that stays, whatever the test finds. With `--json` it stands beside `result`. */
export async function bootResult(context: CommandContext, source: string, bootTest: RecipeBootTest, result: object): Promise<ExitCode> {
  const { job, output } = await followBootTest(context, { source, ...bootTest }, { console: false, ssh: null })
  if (!output.bootTest) throw new AppError('internal', { details: { message: 'the boot test has no result' } })
  context.print.result({ ...result, bootTestJob: job })
  for (const line of ['', ...bootReportLines(output.bootTest)]) context.print.line(line)
  return output.bootTest.verdict === 'pass' ? EXIT.ok : EXIT.failed
}

async function writeRecipe({ core, print, signal }: CommandContext, source: string, edits: readonly Edit[], file: string): Promise<void> {
  const { text, notes } = await core.exportRecipe(source, edits, { signal })
  await writeNewText(file, text)
  for (const line of [...notes, `Recipe: ${file}`]) print.line(line)
}

/** Every change that a preview shows, one block each. Throws what keeps an edit from being applied. */
export function previewLines({ edits, changes }: EditPreview): string[] {
  const failed = edits.find((edit) => edit.problem !== null)?.problem
  if (failed) throw AppError.fromData(failed)
  const notes = edits.flatMap((edit) => edit.notes.map((note) => `Note: ${note}`))
  const blocks = changes.flatMap((change) => {
    if (change.kind === 'file') return diffLines(change)
    const where = change.partition === null ? 'Disk' : `Partition ${change.partition}`
    return [`${where}: ${change.what}`, `- ${change.before}`, `+ ${change.after}`]
  })
  return [...blocks, ...notes]
}

/** A file's change as a diff; an options line is long, so its arguments stand one a line. */
function diffLines(change: FileChange): string[] {
  const title = `Partition ${change.partition}: ${change.from === null ? '' : `${change.from} -> `}${change.path}`
  const what = [change.change === 'rewritten' ? '' : change.change.replace('-', ' '), change.detail]
    .filter((part) => part !== '')
    .join(', ')
  const head = what === '' ? title : `${title} (${what})`
  if (change.before === null && change.after === null) return [head]
  const before = change.before === null ? [] : splitOptions(change.before)
  const after = change.after === null ? [] : splitOptions(change.after)
  const rows = alignLists(before, after).map((row) => {
    if (row.after === null) return `- ${before[row.before] ?? ''}`
    return row.before === null ? `+ ${after[row.after] ?? ''}` : `  ${after[row.after] ?? ''}`
  })
  return [head, ...rows]
}

function splitOptions(text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => {
      const [, key = '', args] = /^(\s*options)\s(.*)/.exec(line) ?? []
      return args === undefined ? [line] : [key, ...oneByOne(args).map((arg) => `    ${arg}`)]
    })
}

/** Options that an entry of the image got wrong stand as they are. */
function oneByOne(args: string): string[] {
  try {
    return splitArgs(args)
  } catch {
    return [args]
  }
}
