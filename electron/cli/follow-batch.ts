import path from 'node:path'
import { describeError } from '#shared/errors/describe-error'
import type { BatchCell, BatchPlan, BatchRequestDraft } from '#shared/jobs/convert-request'
import { ENDED_STATES, type Job } from '#shared/jobs/job'
import { formatBytes, formatDuration } from '#shared/text/bytes'
import { AppError } from '#shared/errors/app-error'
import type { CommandContext } from './command.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { progressLine } from './follow-job.js'
import { table } from './print.js'

const CLEAR_LINE = '\r\u001b[K'

/**
 * Starts what can be made of a batch and shows how it goes, on stderr; then a table of all of it. Ctrl-C cancels all of it. Ends with 1
 * when one of it was not made. Throws when nothing of it can be started.
 */
export async function followBatch({ core, print, signal }: CommandContext, request: BatchRequestDraft, plan: BatchPlan): Promise<ExitCode> {
  if (!plan.fits) {
    const details = { folder: request.folder, neededBytes: plan.neededBytes, freeBytes: plan.freeBytes }
    throw new AppError('no-space', { details })
  }
  const jobs = await core.startBatch(request)
  const ids = new Set(jobs.map(({ id }) => id))
  let shown = ''
  const show = (job: Job): void => {
    if (!ids.has(job.id)) return
    print.event('jobs.changed', { job })
    if (print.json || !print.stderr.isTTY) return
    const line = ENDED_STATES.has(job.state) ? '' : progressLine(job).slice(0, (print.stderr.columns ?? 80) - 1)
    if (line !== shown) print.stderr.write(CLEAR_LINE + line)
    shown = line
  }
  const stop = core.jobs.onChange(show)
  const cancel = (): void => {
    for (const id of ids) core.jobs.cancel(id)
  }
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  try {
    const ended = await Promise.all(jobs.map(({ id }) => core.jobs.wait(id)))
    if (shown !== '') print.stderr.write(CLEAR_LINE)
    print.result({ plan, jobs: ended })
    for (const line of resultLines(plan, ended)) print.line(line)
    if (signal.aborted) return EXIT.cancelled
    const made = ended.filter(({ state }) => state === 'succeeded').length
    return made === plan.cells.length ? EXIT.ok : EXIT.failed
  } finally {
    stop()
    signal.removeEventListener('abort', cancel)
  }
}

/** One line a result, and those that were not made once more with the reason. */
function resultLines({ cells }: BatchPlan, jobs: readonly Job[]): string[] {
  const rows = cells.map((cell) => ({ cell, job: jobs.find(({ input }) => outputOf(input) === cell.output) }))
  const lines = rows.map(({ cell, job }) => [
    path.basename(cell.output),
    job?.state ?? (cell.problem ? 'not possible' : 'there already'),
    job?.output ? formatBytes(job.output.bytes) : '',
    job ? seconds(job) : '',
  ])
  const problems = rows.flatMap(({ cell, job }) => {
    const problem = job?.error ?? cell.problem
    if (problem) return [`${path.basename(cell.output)}: ${describeError(problem).title}. ${describeError(problem).detail}`]
    return job ? [] : [`${path.basename(cell.output)}: it is there already and was left as it is; to replace it: --replace`]
  })
  return [...table([['Result', 'State', 'Size', 'Took'], ...lines], [2, 3]), ...problems]
}

function outputOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'output' in input ? input.output : undefined
}

function seconds({ startedAt, endedAt }: Job): string {
  if (startedAt === null || endedAt === null) return ''
  return formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
}

/** What a batch will do, in lines for people. */
export function batchPlanLines({ sources }: BatchRequestDraft, plan: BatchPlan): string[] {
  return [
    ...plan.cells.flatMap((cell) => ['', ...cellLines(sources[cell.source]?.path ?? '', cell)]),
    '',
    `All together: expected ${formatBytes(plan.estimateBytes)}, at most ${formatBytes(plan.neededBytes)}, free are ${formatBytes(plan.freeBytes)}`,
    ...(plan.fits ? [] : ['Warning: there is not enough free space']),
  ].slice(1)
}

function cellLines(source: string, { output, steps, notes, problem, exists, commands }: BatchCell): string[] {
  return [
    `${path.basename(source)} -> ${output}`,
    ...steps.map((step, at) => `  ${at + 1}. ${step}`),
    ...commands.map((command) => `  $ ${command}`),
    ...notes.map(({ severity, text }) => `  ${severity}: ${text}`),
    ...(exists ? ['  warning: it exists already'] : []),
    ...(problem ? [`  error: ${describeError(problem).title}. ${describeError(problem).detail}`] : []),
  ]
}
