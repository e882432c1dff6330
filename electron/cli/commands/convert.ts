import { mkdir, rmdir } from 'node:fs/promises'
import path from 'node:path'
import type { ConvertInput } from '#shared/jobs/convert-request'
import type { JobInputDraft, OutputPlan } from '#shared/jobs/job-requests'
import { endingProblem } from '#shared/platforms/result-ending'
import { formatBytes } from '#shared/text/bytes'
import { AppError } from '#shared/errors/app-error'
import { type ConvertAsk, readConvertAsk } from '../convert-ask.js'
import { type Command, type CommandContext, type CommandInput, UsageError } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { batchPlanLines, followBatch } from '../follow-batch.js'
import { followJob, outputLines } from '../follow-job.js'
import { outputFile } from '../output-file.js'
import { parseTarget, targetOfName } from '../target-format.js'

export const convertCommand: Command = {
  name: 'convert',
  summary: 'Convert images, for a platform or to a format; each result is compared with its source before it gets its name',
  positionals: 'IMAGE…',
  needs: '-o OUT|--folder DIR',
  counts: { min: 1, max: 200 },
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The file to make, of one image' },
    folder: {
      type: 'string',
      value: 'DIR',
      help: 'Make a batch into this folder, which is made where it is not there: every image for every --for',
    },
    to: { type: 'string', value: 'FORMAT[:SUB]', help: 'raw, qcow2, vmdk, vdi, vhd, vhdx (default: by the ending of OUT)' },
    for: { type: 'string', multiple: true, value: 'PRESET', help: "What to make, several by commas ('diskwright artifacts' lists them)" },
    platform: { type: 'string', multiple: true, value: 'P', help: 'The first preset of a platform' },
    option: { type: 'string', multiple: true, value: 'K=V', help: 'Further option of qemu-img -o' },
    member: { type: 'string', value: 'NAME', help: 'Which disk of an archive' },
    snapshot: { type: 'string', value: 'S', help: 'Internal snapshot of a qcow2 to read, by id or name' },
    recipe: { type: 'string', value: 'FILE', help: 'Apply the edits of a recipe first' },
    'allow-host-files': { type: 'boolean', help: 'Let the recipe bring in files of this machine from outside of its own folder' },
    retarget: { type: 'boolean', help: 'With --for: change the boot entries for the platform (the default)' },
    'no-retarget': { type: 'boolean', help: 'With --for: leave the boot entries as they are' },
    'hardware-version': { type: 'string', value: 'N', help: 'Virtual hardware of an OVA: 13 is ESXi 6.5, 17 is 7.0, 20 is 8.0' },
    firmware: { type: 'string', value: 'bios|efi', help: 'Firmware of the machine (default: what the image boots with)' },
    cpus: { type: 'string', value: 'N', help: 'Processors of the machine' },
    memory: { type: 'string', value: 'SIZE', help: 'Memory of the machine: 512M, 4G' },
    digest: { type: 'string', multiple: true, value: 'D', help: 'Write OUT.sha256 or OUT.sha512 beside it' },
    report: { type: 'boolean', help: 'Write OUT.report.json and OUT.report.txt beside it' },
    'no-verify': { type: 'boolean', help: 'Do not compare the result with the source' },
    replace: { type: 'boolean', help: 'Replace what exists' },
    'dry-run': { type: 'boolean', help: 'Show the steps, the commands, the space needed and warnings; write nothing' },
  },
  examples: [
    'diskwright convert disk.qcow2 -o disk.vmdk --to vmdk:streamOptimized',
    'diskwright convert disk.qcow2 -o disk.raw --option preallocation=falloc',
    'diskwright convert disk.qcow2 -o disk.vhd --for azure-vhd --digest sha256 --report',
    'diskwright convert a.qcow2 b.ova --folder out --for vmware-ova,azure-vhd,gcp-tar',
  ],
  async run(input, context) {
    const ask = await readConvertAsk(input, context)
    const [folder, output] = [input.text('folder'), input.text('output')]
    if ((folder === undefined) === (output === undefined)) throw new UsageError('say what to make: -o OUT or --folder DIR')
    if (folder !== undefined) return runBatch(context, input, ask, path.resolve(folder))
    if (input.positionals.length > 1) throw new UsageError('-o names one file: several images go to --folder DIR')
    if (ask.artifacts.length > 1) throw new UsageError('-o names one file: several --for go to --folder DIR')
    const request =
      ask.artifacts.length === 0 ? plainRequest(input, ask, output ?? '') : await presetRequest(context, input, ask, output ?? '')
    return runOne(context, input, request)
  },
}

async function runOne(context: CommandContext, input: CommandInput, request: JobInputDraft<'convert-image'>): Promise<ExitCode> {
  const { core, print } = context
  if (input.flag('dry-run')) {
    const plan = await core.planConvert(request)
    print.result(plan)
    for (const line of describePlan(plan)) print.line(line)
    return EXIT.ok
  }
  const ending = endingProblem(request.output, { ...request, container: request.container ?? null })
  if (ending !== null) print.note(`warning: ${ending}`)
  const { job, output: made } = await followJob(context, { kind: 'convert-image', input: request })
  print.result(job)
  for (const line of outputLines(made)) print.line(line)
  return EXIT.ok
}

async function runBatch(context: CommandContext, input: CommandInput, ask: ConvertAsk, folder: string): Promise<ExitCode> {
  if (ask.artifacts.length === 0) throw new UsageError("say what for: --for PRESET ('diskwright artifacts' lists them)")
  if (input.text('to') !== undefined || input.texts('option').length > 0) throw new UsageError('--to and --option go with -o only')
  const isNew = await makeFolder(folder)
  const request = batchRequest(input, ask, folder)
  try {
    const plan = await context.core.planBatch(request, context.signal)
    if (!input.flag('dry-run')) return await followBatch(context, request, plan)
    context.print.result(plan)
    for (const line of batchPlanLines(request, plan)) context.print.line(line)
    return EXIT.ok
  } finally {
    // What is planned needs a folder to be planned for; one in which nothing was made does not stay.
    if (isNew) await rmdir(folder).catch(() => {})
  }
}

/** The folder itself may be new; the one that it lies in is there, or its name is a mistake. Answers whether it was made. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    if (code === 'EEXIST') return false
    const actions = [{ kind: 'choose-output' as const }]
    throw new AppError('folder-not-writable', { details: { folder: path.dirname(folder), reason: code }, actions, cause })
  }
}

function batchRequest(input: CommandInput, { artifacts, edits, machine, digests }: ConvertAsk, folder: string) {
  const [member, snapshot] = [input.text('member'), input.text('snapshot')]
  return {
    sources: input.positionals.map((file) => ({
      path: path.resolve(file),
      ...(member === undefined ? {} : { member }),
      ...(snapshot === undefined ? {} : { snapshot }),
      edits: [...edits],
    })),
    artifacts: [...artifacts],
    folder,
    retarget: !input.flag('no-retarget'),
    ...(machine === undefined ? {} : { machine }),
    digests: [...digests],
    report: input.flag('report'),
    verify: !input.flag('no-verify'),
    replace: input.flag('replace'),
  }
}

/** One cell of a batch under a name of its own. Throws what keeps it from being made. */
async function presetRequest(
  { core, print, signal }: CommandContext,
  input: CommandInput,
  ask: ConvertAsk,
  output: string,
): Promise<ConvertInput> {
  if (input.text('to') !== undefined) throw new UsageError('--for says the format: --to does not go with it')
  const target = outputFile(output)
  const { cells } = await core.planBatch(batchRequest(input, ask, path.dirname(target)), signal)
  const [cell] = cells
  if (cell?.problem) throw AppError.fromData(cell.problem)
  if (!cell?.input) throw new AppError('internal', { details: { message: 'the plan has no input' } })
  for (const { severity, text } of cell.notes) print.note(`${severity}: ${text}`)
  return { ...cell.input, output: target, options: [...input.texts('option')] }
}

function plainRequest(input: CommandInput, ask: ConvertAsk, output: string): JobInputDraft<'convert-image'> {
  if (input.flag('retarget')) throw new UsageError('--retarget goes with --for PRESET')
  const to = input.text('to')
  const target = to === undefined ? targetOfName(output) : parseTarget(to)
  if (!target) throw new UsageError(`the ending of ${output} names no format: give --to`)
  const options = [...input.texts('option')]
  const odd = options.find((option) => !/^[a-z0-9_-]+=/i.test(option))
  if (odd !== undefined) throw new UsageError(`--option wants KEY=VALUE, not ${odd}`)
  const [member, snapshot] = [input.text('member'), input.text('snapshot')]
  return {
    source: path.resolve(input.positionals[0] ?? ''),
    output: outputFile(output),
    options,
    verify: !input.flag('no-verify'),
    replace: input.flag('replace'),
    ...target,
    ...(member === undefined ? {} : { member }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(ask.edits.length === 0 ? {} : { edits: [...ask.edits] }),
    ...(ask.machine === undefined ? {} : { machine: ask.machine }),
    ...(ask.digests.length === 0 ? {} : { digests: [...ask.digests] }),
    ...(input.flag('report') ? { report: true } : {}),
  }
}

function describePlan(plan: OutputPlan): string[] {
  return [
    ...plan.commands,
    ...(plan.steps ?? []).map((step, at) => `${at + 1}. ${step}`),
    `Expected size ${formatBytes(plan.estimateBytes)}; needs at most ${formatBytes(plan.neededBytes)}, free are ${formatBytes(plan.freeBytes)}`,
    ...plan.warnings.map((warning) => `Warning: ${warning}`),
    ...(plan.exists ? ['Warning: the output exists already'] : []),
    ...(plan.fits ? [] : ['Warning: there is not enough free space']),
  ]
}
