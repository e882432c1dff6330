import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { formatBytes, formatDuration } from '#shared/text/bytes'
import { chooseEntries, planChanges } from '../boot-changes.js'
import { type Command, type CommandContext, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { followJob } from '../follow-job.js'
import { previewLines } from '../save-options.js'

const ADDED = 'diskwright.tour=1'

interface StepResult {
  readonly step: string
  readonly seconds: number
  readonly result: string
}

export const tourCommand: Command = {
  name: 'tour',
  summary: 'Open, list, change, save, read back and convert an image in a temporary folder',
  positionals: '[IMAGE]',
  counts: { min: 0, max: 1 },
  options: { keep: { type: 'boolean', help: 'Keep the temporary folder' } },
  examples: ['diskwright tour', 'diskwright tour disk.qcow2 --keep'],
  async run(input, context) {
    const [given] = input.positionals
    const source = given === undefined ? await sampleImage(context.core.dirs.cache) : path.resolve(given)
    const folder = await mkdtemp(path.join(os.tmpdir(), 'diskwright-tour-'))
    try {
      const steps = await runTour(context, source, folder)
      context.print.result({ image: source, folder: input.flag('keep') ? folder : null, steps })
      context.print.line(
        input.flag('keep') ? `The results are in ${folder}` : 'Done; the temporary folder was removed, the image was not changed.',
      )
      return EXIT.ok
    } finally {
      if (!input.flag('keep')) await rm(folder, { recursive: true, force: true })
    }
  },
}

async function runTour(context: CommandContext, source: string, folder: string): Promise<StepResult[]> {
  const { core, print, signal } = context
  const steps: StepResult[] = []
  const timed = async <T>(step: string, work: () => Promise<{ value: T; result: string; details?: readonly string[] }>): Promise<T> => {
    const begun = performance.now()
    const { value, result, details = [] } = await work()
    const seconds = (performance.now() - begun) / 1000
    steps.push({ step, seconds, result })
    print.line(`${step.padEnd(10)} ${formatDuration(seconds).padStart(8)}  ${result}`)
    for (const line of details) print.line(`    ${line}`)
    return value
  }

  const info = await timed('Open', async () => {
    const value = await core.inspect(source, signal)
    return {
      value,
      result: `${value.name}: ${value.format}, ${formatBytes(value.virtualBytes)}, ${value.osName ?? 'system not recognized'}`,
    }
  })
  const entries = await timed('List', async () => {
    const { entries: value } = await core.listBootEntries(source, signal)
    return {
      value,
      result: value.length === 1 ? '1 boot entry' : `${value.length} boot entries`,
      details: value.map((entry) => `${entry.isDefault ? '*' : ' '} ${entry.title}`),
    }
  })
  const edits = await timed('Change', async () => {
    const value = planChanges(chooseEntries(entries, { all: false, names: [] }), [{ op: 'append', text: ADDED }])
    const changed = previewLines(await core.previewEdits(source, value, { signal })).filter((line) => /^[+-]/.test(line))
    return { value, result: 'staged, nothing written yet', details: changed }
  })
  const saved = await timed('Save', async () => {
    const output = path.join(folder, 'edited.qcow2')
    const target = { mode: 'new-file', output, format: 'qcow2', replace: false } as const
    const { output: value } = await followJob(context, { kind: 'save-image', input: { source, revision: info.revision, edits, target } })
    return { value, result: `${value.path}, engine ${value.engine ?? 'unknown'}`, details: value.proofs }
  })
  await timed('Read back', async () => {
    const { entries: now } = await core.listBootEntries(saved.path, signal)
    const value = now.find((entry) => entry.id === edits[0]?.entry)
    if (!value?.args.includes(ADDED)) throw new AppError('edit-not-written', { details: { path: saved.path, arg: ADDED } })
    return { value, result: `a fresh reader sees ${ADDED}` }
  })
  await timed('Convert', async () => {
    const input = {
      source: saved.path,
      output: path.join(folder, 'edited.vmdk'),
      format: 'vmdk',
      subformat: 'streamOptimized',
      options: [],
      verify: true,
      replace: false,
    } as const
    const { output: value } = await followJob(context, { kind: 'convert-image', input: { ...input, options: [] } })
    return { value, result: `${value.path}, ${formatBytes(value.bytes)}`, details: value.proofs }
  })
  return steps
}

/** The first sample image that was made on this machine. */
async function sampleImage(cacheFolder: string): Promise<string> {
  const folder = path.join(cacheFolder, 'samples')
  const names = await readdir(folder).catch(() => [])
  const name = names.filter((candidate) => candidate.endsWith('.qcow2') && !candidate.startsWith('.')).sort()[0]
  if (name === undefined) throw new UsageError(`no sample image in ${folder}: name an image`)
  return path.join(folder, name)
}
